CREATE TABLE tbl_customers(cust_id INTEGER, cust_name TEXT, city TEXT);
CREATE TABLE tbl_orders(order_no INTEGER, customer INTEGER, order_dt TEXT, amt REAL);
CREATE TABLE tbl_order_lines(order_no INTEGER, product TEXT, qty INTEGER);
INSERT INTO tbl_customers VALUES(1,'Mills Ltd','Leeds'),(2,'Kerr & Co','York'),(3,'Oak Farm','Leeds');
INSERT INTO tbl_orders VALUES(10,1,'2023-01-04',120.5),(11,1,'2023-02-11',80),(12,2,'2023-02-20',42),(13,3,'2024-03-01',300);
INSERT INTO tbl_order_lines VALUES(10,'hinge',4),(10,'bolt',20),(11,'bolt',10),(12,'hinge',2),(13,'gate',1);

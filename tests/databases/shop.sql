CREATE TABLE product(product_id INTEGER PRIMARY KEY, product_name TEXT, category TEXT, unit_price REAL, discontinued INTEGER);
CREATE TABLE sale(sale_id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES product(product_id), sale_date DATE, quantity INTEGER, ship_date DATE);
INSERT INTO product VALUES(1,'Lamp','Home',20,0),(2,'Rug','Home',50,1),(3,'Pen','Office',2,0),(4,'Desk','Office',150,0);
INSERT INTO sale VALUES(1,1,'2023-01-15',2,'2023-01-20'),(2,2,'2023-06-30',1,NULL),(3,3,'2024-01-02',100,'2024-01-03'),(4,1,'2024-03-08',1,NULL),(5,4,'2024-12-31',1,'2025-01-02');

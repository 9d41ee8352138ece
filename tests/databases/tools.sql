CREATE TABLE product(id INTEGER PRIMARY KEY, name TEXT, price TEXT);
INSERT INTO product VALUES(1,'Nail','9.50'),(2,'Saw','100.00'),(3,'Drill','25.00');

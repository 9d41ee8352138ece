CREATE TABLE staff(id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, role TEXT);
CREATE TABLE visit(id INTEGER PRIMARY KEY, staff_id INT REFERENCES staff(id), place TEXT, cost REAL, visited TEXT);
INSERT INTO staff VALUES(1,'MARTA','SILVA','nurse'),(2,'JOHN','DOE','doctor'),(3,'MARTA','KLEIN','doctor');
INSERT INTO visit VALUES(1,1,'Ward A',10,'2024-01-05'),(2,2,'Ward B',20,'2024-01-20'),(3,2,'Ward A',5,'2024-02-02'),(4,3,'Ward C',7,'2023-12-31');

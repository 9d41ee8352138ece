CREATE TABLE film(id INTEGER PRIMARY KEY, title TEXT, director TEXT, gross REAL);
INSERT INTO film VALUES(1,'Ash','Lee',5),(2,'Bay',NULL,NULL),(3,'Cob','Lee',9),(4,'Dew','Roy',2);

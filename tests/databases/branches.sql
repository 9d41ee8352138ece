CREATE TABLE branch(id INTEGER PRIMARY KEY, name TEXT, city TEXT, opened INT);
INSERT INTO branch VALUES(1,'Bund','Shanghai',2001),(2,'Pudong','Shanghai',2010),(3,'Haidian','Beijing',2005),(4,'Nanshan','Shenzhen',2012);

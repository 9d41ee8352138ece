CREATE TABLE account(id INTEGER PRIMARY KEY, owner TEXT, is_active BOOLEAN, has_card TEXT, verified INTEGER, closed CHAR(1));
INSERT INTO account VALUES(1,'Uma',1,'yes',0,'N'),(2,'Vic',0,'no',1,'Y'),(3,'Wes',1,'yes',1,'N');

CREATE TABLE client(id INTEGER PRIMARY KEY, name TEXT, country TEXT, city TEXT);
INSERT INTO client VALUES(1,'Aster','Ireland','Cork'),(2,'Birch','Austria','Linz'),(3,'Cedar','Nigeria','Lagos'),(4,'Elm','Slovenia','Kranj'),(5,'Fern','Ireland','Galway'),(6,'Gorse','USA','Austin'),(7,'Holly','UK','Leeds');

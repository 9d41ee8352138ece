CREATE TABLE runner(id INTEGER PRIMARY KEY, name TEXT, club TEXT, time_s INT, age INT);
INSERT INTO runner VALUES(1,'Abe','Red',300,20),(2,'Bea','Red',280,31),(3,'Cal','Blue',310,25),(4,'Dot','Blue',295,40),(5,'Eli','Blue',330,19),(6,'Fay','Green',290,28),(7,'Gus','Green',305,33),(8,'Hal','Green',299,45),(9,'Ivy','Red',320,22),(10,'Jo','Red',315,27);

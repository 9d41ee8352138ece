CREATE TABLE team(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE game(id INTEGER PRIMARY KEY, home_id INT REFERENCES team(id), away_id INT REFERENCES team(id), home_goals INT, away_goals INT);
INSERT INTO team VALUES(1,'Falcons'),(2,'Otters'),(3,'Bears');
INSERT INTO game VALUES(1,1,2,3,1),(2,2,3,0,0),(3,3,1,2,4),(4,1,3,1,1);

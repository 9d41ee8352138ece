CREATE TABLE club(club_id INTEGER PRIMARY KEY, title TEXT, town TEXT);
CREATE TABLE member(member_id INTEGER PRIMARY KEY, full_name TEXT, club_id INT REFERENCES club(club_id), joined TEXT, fee REAL);
INSERT INTO club VALUES(1,'Chess','Bath'),(2,'Rowing','Hull'),(3,'Choir','Bath'),(4,'Bridge','York');
INSERT INTO member VALUES(1,'Ann Lee',1,'2023-02-01',10),(2,'Bo Ray',1,'2024-05-05',12),(3,'Cy Fox',2,'2022-01-01',30),(4,'Di Orr',3,'2024-07-07',NULL),(5,'Ed Poe',3,'2024-08-01',8),(6,'Flo Kay',3,'2021-09-09',9);

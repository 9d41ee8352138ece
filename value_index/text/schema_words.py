"""Words of schemas: what abbreviated names are short for, and what usual names mean in languages other than English."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    """Read words with what they stand for: `qty=quantity dob=birth_date`."""
    return {short: long.replace("_", " ") for short, _, long in (pair.partition("=") for pair in text.split())}


ABBREVIATIONS = _pairs(
    """
    acc=account act=actual acct=account acctno=account_number addr=address adr=address amt=amount appt=appointment apt=apartment
    arr=arrival assgn=assignment asgn=assignment asst=assistant attr=attribute avail=available avg=average bal=balance bdgt=budget
    bgn=begin bldg=building brd=brand brth=birth bth=birth calc=calculated cal=calendar capac=capacity cat=category catg=category
    categ=category ccy=currency cd=code cde=code cert=certificate clm=claim clr=color cmt=comment cnt=count cntry=country
    comm=commission comp=company coy=company cred=credit crs=course crse=course ctgry=category ctry=country cty=city cur=currency
    curr=currency cust=customer dep=departure dept=department deptno=department_number descr=description desc=description
    dest=destination dir=director disc=discount disct=discount dist=distance div=division dlv=delivery dlvr=delivery dlvry=delivery
    dob=birth_date dod=death_date doj=join_date dt=date dte=date dur=duration edu=education emp=employee empl=employee
    empno=employee_number enrl=enrollment enrol=enrollment ename=employee_name est=estimated exp=expiry fac=facility fam=family
    flr=floor fname=first_name fnam=first_name frst=first gend=gender grp=group hght=height hosp=hospital hr=hours hrs=hours
    ht=height inc=income ind=indicator ingr=ingredient instr=instructor int=interest inv=invoice invc=invoice itm=item lang=language
    lgth=length len=length lname=last_name lnam=last_name loc=location lst=last lvl=level mat=material mbr=member memb=member
    mfg=manufacturing mfr=manufacturer mgr=manager mgrid=manager_id min=minutes mins=minutes mkt=market mnth=month mth=month mo=month
    mod=model msg=message mgmt=management nat=nationality natl=national nbr=number nm=name nme=name nam=name no=number num=number
    nr=number occ=occupation ord=order ordr=order org=organization orig=origin ownr=owner pat=patient pct=percent
    perc=percent pers=person pg=page pgs=pages phn=phone pmt=payment pymt=payment pol=policy pop=population pos=position prc=price
    prd=product prod=product prof=professor proj=project prv=previous pty=party pts=points pub=publisher publ=publisher
    purch=purchase qlty=quality qtr=quarter qty=quantity quant=quantity rcv=received rcvd=received recv=received ref=reference
    reg=registered regn=region rel=release rep=representative req=request reqd=required res=reservation resv=reservation ret=return
    rev=revenue rm=room rmk=remark rtg=rating rte=route sal=salary sch=school sched=schedule sect=section sem=semester shp=shipped
    shpmt=shipment sls=sales spec=specialty spd=speed sqm=square_meters sqft=square_feet stat=status stk=stock strt=start stu=student
    stud=student sub=subscription subj=subject supp=supplier suppl=supplier sz=size tchr=teacher tel=telephone temp=temperature
    tm=time tmst=timestamp tot=total trx=transaction txn=transaction ttl=title typ=type univ=university
    usr=user val=value veh=vehicle vend=vendor ver=version vol=volume whs=warehouse wh=warehouse wk=week wgt=weight wt=weight
    yr=year yrs=years
    """
)
"""What the words of abbreviated names are short for."""

OWN_WORDS = frozenset(
    (
        "cat",
        "comm",
        "comp",
        "cur",
        "dep",
        "dir",
        "dist",
        "exp",
        "inc",
        "int",
        "mat",
        "min",
        "mo",
        "mod",
        "no",
        "occ",
        "pat",
        "pop",
        "pos",
    )
) | frozenset(("prod", "pub", "ref", "rel", "rep", "res", "ret", "rev", "sch", "spec", "sub", "temp", "val", "vol"))
"""Those that may be words of their own where they stand alone."""

PREFIXES = frozenset(("tbl", "tb", "dim", "fact", "fct", "vw", "stg", "lkp", "mst", "tab"))
"""What names begin with to say what kind of thing they are."""

LANGUAGES: dict[str, dict[str, str]] = {
    "es": _pairs(
        """
        activo=active activa=active actor=actor albaran=delivery_note alta=registration almacen=warehouse alumno=student alumnos=students
        anio=year año=year anos=years apellido=last_name apellidos=last_name asignatura=subject asignaturas=subjects autor=author
        autores=authors baja=leave banco=bank calle=street cantidad=quantity cargo=position categoria=category categorias=categories
        ciudad=city ciudades=cities cliente=customer clientes=customers clase=class cobro=charge coche=car coches=cars codigo=code
        comentario=comment compra=purchase compras=purchases correo=email coste=cost costo=cost creado=created cuenta=account
        cuentas=accounts cuota=fee curso=course cursos=courses departamento=department departamentos=departments descripcion=description
        descuento=discount destino=destination devolucion=return dia=day dias=days direccion=address director=director disponible=available
        edad=age editorial=publisher empleado=employee empleados=employees empresa=company empresas=companies entrega=delivery
        envio=shipment envios=shipments equipo=team equipos=teams escuela=school estado=status factura=invoice facturas=invoices
        fabricante=manufacturer fecha=date fin=end genero=genre habitacion=room habitaciones=rooms hora=time horas=hours idioma=language
        importe=amount impuesto=tax ingreso=income inicio=start jefe=manager jugador=player jugadores=players libro=book libros=books
        linea=line llegada=arrival marca=brand medico=doctor medicos=doctors mensaje=message mes=month modelo=model monto=amount
        multa=fine nacimiento=birth nombre=name nota=grade notas=grades numero=number obra=work oficina=office origen=origin
        paciente=patient pacientes=patients pagado=paid pagina=page paginas=pages pago=payment pagos=payments pais=country
        paises=countries partido=match partidos=matches pedido=order pedidos=orders pelicula=film peliculas=films peso=weight
        precio=price prestamo=loan prestamos=loans producto=product productos=products profesor=teacher profesores=teachers
        proveedor=supplier proveedores=suppliers provincia=province proyecto=project proyectos=projects publicacion=publication
        puesto=position reserva=booking reservas=bookings saldo=balance salario=salary sueldo=salary salida=departure sexo=sex
        socio=member socios=members sucursal=branch sucursales=branches tarea=task tareas=tasks telefono=phone tienda=store tiendas=stores
        tipo=type titulo=title total=total trabajador=employee trabajadores=employees usuario=user usuarios=users valor=value
        vendedor=seller vendedores=sellers venta=sale ventas=sales viaje=trip viajes=trips vuelo=flight vuelos=flights
        """
    ),
    "de": _pairs(
        """
        abflug=departure abfahrt=departure abteilung=department abteilungen=departments adresse=address aktiv=active alter=age
        ankunft=arrival anzahl=number artikel=article arzt=doctor aerzte=doctors auftrag=order auftraege=orders ausleihe=loan
        ausleihen=loans autor=author autoren=authors baujahr=year_built bestand=stock bestellung=order bestellungen=orders betrag=amount
        bewertung=rating bezeichnung=name beginn=start buch=book buecher=books bücher=books chef=manager dauer=duration datum=date
        einheit=unit einkauf=purchase eintritt=entry ende=end erstellt=created fach=subject fahrer=driver fahrt=trip fahrten=trips
        fahrzeug=vehicle fahrzeuge=vehicles farbe=color filiale=branch filialen=branches film=film filme=films firma=company firmen=companies
        flug=flight fluege=flights gast=guest gaeste=guests gattung=genre gebaeude=building gebühr=fee gebuehr=fee geburtsdatum=birth_date
        geburtstag=birth_date gehalt=salary geliefert=delivered geschlecht=sex gewicht=weight groesse=size größe=size gruppe=group
        hersteller=manufacturer jahr=year kategorie=category kategorien=categories kauf=purchase kaeufe=purchases klasse=class konto=account
        konten=accounts kosten=cost kunde=customer kunden=customers kurs=course kurse=courses lager=warehouse land=country laender=countries
        lehrer=teacher lieferant=supplier lieferanten=suppliers lieferung=delivery lieferungen=deliveries mannschaft=team
        mannschaften=teams marke=brand menge=quantity miete=rent mitarbeiter=employee mitglied=member mitglieder=members monat=month
        nachname=last_name nachricht=message nummer=number ort=place patient=patient patienten=patients plz=zip_code position=position
        preis=price produkt=product produkte=products projekt=project projekte=projects rabatt=discount raum=room raeume=rooms
        rechnung=invoice rechnungen=invoices rueckgabe=return saldo=balance schueler=student seite=page seiten=pages sparte=division
        spiel=game spiele=games spieler=player sprache=language stadt=city staedte=cities stelle=position stichtag=due_date strasse=street
        straße=street strecke=distance stueck=piece stunden=hours titel=title tag=day tage=days termin=appointment termine=appointments
        verein=club vereine=clubs verfuegbar=available verkauf=sale verkaeufe=sales verlag=publisher vorname=first_name vorgesetzter=manager
        wert=value wohnort=city zahl=number zahlung=payment zahlungen=payments zeit=time ziel=destination zimmer=room
        """
    ),
    "fr": _pairs(
        """
        achat=purchase achats=purchases actif=active adherent=member adherents=members age=age annee=year année=year arrivee=arrival
        auteur=author auteurs=authors avis=review categorie=category chambre=room chambres=rooms classe=class client=customer
        clients=customers commande=order commandes=orders compte=account comptes=accounts cours=course couleur=color cout=cost
        coût=cost cree=created date=date debut=start depart=departure departement=department description=description destination=destination
        disponible=available duree=duration editeur=publisher eleve=student eleves=students employe=employee employes=employees
        emprunt=loan emprunts=loans entreprise=company entreprises=companies entrepot=warehouse enseignant=teacher enseignants=teachers
        equipe=team equipes=teams etat=status etudiant=student etudiants=students facture=invoice factures=invoices fin=end
        fournisseur=supplier fournisseurs=suppliers genre=genre heure=time heures=hours jour=day jours=days joueur=player joueurs=players
        langue=language libelle=name ligne=line lignes=lines livraison=delivery livraisons=deliveries livre=book livres=books magasin=store
        magasins=stores mois=month montant=amount marque=brand medecin=doctor medecins=doctors message=message modele=model
        naissance=birth nom=name note=rating notes=ratings numero=number numéro=number ouvrage=book paiement=payment paiements=payments
        pays=country poids=weight poste=position prenom=first_name prénom=first_name prix=price produit=product produits=products projet=project
        projets=projects quantite=quantity quantité=quantity region=region remise=discount rendu=returned retour=return rue=street
        salaire=salary salarie=employee salaries=employees sexe=sex societe=company solde=balance stock=stock tache=task taches=tasks
        taille=size telephone=phone titre=title utilisateur=user utilisateurs=users valeur=value vendeur=seller vendeurs=sellers
        vente=sale ventes=sales ville=city villes=cities vol=flight vols=flights voiture=car voitures=cars voyage=trip voyages=trips
        """
    ),
    "it": _pairs(
        """
        acquisto=purchase acquisti=purchases anno=year ordine=order ordini=orders attivo=active autore=author autori=authors camera=room
        camere=rooms categoria=category citta=city città=city cliente=customer clienti=customers codice=code cognome=last_name corso=course
        corsi=courses costo=cost data=date descrizione=description dipendente=employee dipendenti=employees disponibile=available durata=duration
        eta=age età=age fattura=invoice fatture=invoices fornitore=supplier fornitori=suppliers genere=genre giocatore=player
        giocatori=players giorno=day giorni=days importo=amount indirizzo=address lingua=language libro=book libri=books magazzino=warehouse
        marca=brand mese=month nascita=birth nazione=country negozio=store negozi=stores nome=name numero=number ora=time ore=hours
        paese=country pagamento=payment pagamenti=payments pagine=pages paziente=patient pazienti=patients peso=weight prestito=loan
        prestiti=loans prezzo=price prodotto=product prodotti=products progetto=project progetti=projects quantita=quantity
        quantità=quantity reparto=department reparti=departments saldo=balance sconto=discount sesso=sex spedizione=shipment squadra=team
        squadre=teams stato=status stipendio=salary studente=student studenti=students telefono=phone titolo=title utente=user utenti=users
        valore=value vendita=sale vendite=sales viaggio=trip viaggi=trips volo=flight voli=flights voto=grade voti=grades
        """
    ),
    "pt": _pairs(
        """
        aluno=student alunos=students ano=year ativo=active autor=author autores=authors categoria=category cidade=city cidades=cities
        cliente=customer clientes=customers codigo=code compra=purchase compras=purchases conta=account contas=accounts curso=course
        cursos=courses custo=cost data=date departamento=department desconto=discount descricao=description disponivel=available
        empresa=company endereco=address equipe=team equipa=team estado=status estoque=stock fatura=invoice faturas=invoices
        fornecedor=supplier fornecedores=suppliers funcionario=employee funcionarios=employees genero=genre hora=time horas=hours idade=age
        idioma=language livro=book livros=books loja=store lojas=stores marca=brand medico=doctor mes=month nascimento=birth nome=name
        nota=grade numero=number paciente=patient pacientes=patients pagamento=payment pagamentos=payments paginas=pages pais=country
        pedido=order pedidos=orders peso=weight preco=price preço=price produto=product produtos=products projeto=project
        projetos=projects quantidade=quantity salario=salary sexo=sex sobrenome=last_name telefone=phone tipo=type titulo=title
        usuario=user usuarios=users valor=value venda=sale vendas=sales vendedor=seller viagem=trip voo=flight voos=flights
        """
    ),
    "nl": _pairs(
        """
        aantal=number actief=active adres=address afdeling=department afdelingen=departments auteur=author auteurs=authors bedrag=amount
        bedrijf=company bedrijven=companies bestelling=order bestellingen=orders betaling=payment betalingen=payments boek=book
        boeken=books cijfer=grade cursus=course datum=date docent=teacher duur=duration eenheid=unit einde=end factuur=invoice
        facturen=invoices gebruiker=user gebruikers=users geboorte=birth geboortedatum=birth_date geslacht=sex gewicht=weight hoeveelheid=quantity
        jaar=year kamer=room kamers=rooms klant=customer klanten=customers kleur=color korting=discount kosten=cost land=country
        landen=countries leeftijd=age lening=loan leverancier=supplier leveranciers=suppliers lid=member leden=members maand=month medewerker=employee
        medewerkers=employees merk=brand naam=name nummer=number omschrijving=description plaats=place prijs=price product=product
        producten=products salaris=salary stad=city straat=street student=student studenten=students taal=language titel=title uur=hour
        verkoop=sale verkopen=sales vlucht=flight vluchten=flights voornaam=first_name achternaam=last_name voorraad=stock waarde=value
        winkel=store winkels=stores woonplaats=city
        """
    ),
}
"""What usual names of tables and columns mean, by language."""

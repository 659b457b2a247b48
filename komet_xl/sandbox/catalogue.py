"""Believable names for the season: who sells, who buys, who drives, what is in the box. Pure data."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Product(NamedTuple):
    """One product and what a box of it usually looks like."""

    id: int
    description: str
    category: str
    grade: str
    unit_type: str
    stems_bunch: int
    price: Decimal
    """Usual price of one unit."""


class Buyer(NamedTuple):
    """One customer."""

    name: str
    city: str
    state: str
    zip_code: str
    country: str


VENDORS = (
    "Flores de la Sabana",
    "Rosas del Cayambe",
    "Hacienda La Añoranza",
    "Claveles El Rosal",
    "Jardines de Rionegro",
    "Agrícola San Andrés",
    "Pompones de Oriente",
    "Florícola Cotopaxi",
    "Hortensias La Ceja",
    "Follajes del Trópico",
    "Greenhouse Niagara",
    "Kwekerij De Zonnebloem",
)

CARRIERS = (
    ("PRF", "Prime Floral Freight", "Miami", "FL"),
    ("FTL", "Florida Tulip Lines", "Doral", "FL"),
    ("BBX", "Blue Box Express", "Atlanta", "GA"),
    ("TQC", "Transport Réfrigéré Québec", "Québec", "QC"),
    ("NEF", "North East Flower Truck", "Newark", "NJ"),
    ("LAX", "Pacific Petal Haulers", "Los Angeles", "CA"),
)

SALES_PEOPLE = ((411, "John Doe"), (412, "Ana Peña"), (413, "Zoë Müller"), (414, "Chloé Lefèvre"))

BUYERS = (
    Buyer("Fleurs de Québec", "Québec", "QC", "G1K 3A9", "Canada"),
    Buyer("Fleuriste Montréal Métro", "Montréal", "QC", "H2Y 1C6", "Canada"),
    Buyer("Blumen Müller Imports", "Chicago", "IL", "60601", "USA"),
    Buyer("O'Hara & Daughters", "Boston", "MA", "02108", "USA"),
    Buyer("Petal Pushers", "Portland", "OR", "97204", "USA"),
    Buyer("The Corner Florist", "Newark", "NJ", "07102", "USA"),
    Buyer("São Paulo Flores", "Orlando", "FL", "32801", "USA"),
    Buyer("Garden State Wholesale", "Trenton", "NJ", "08608", "USA"),
    Buyer("Señora Rosa", "San Antonio", "TX", "78205", "USA"),
    Buyer("Main Street Blooms", "Hartford", "CT", "06103", "USA"),
    Buyer("Prairie Rose Supply", "Winnipeg", "MB", "R3C 0A5", "Canada"),
    Buyer("Wedding & Event Stems", "Nashville", "TN", "37201", "USA"),
    Buyer("Supermarket Chain 12", "Dallas", "TX", "75201", "USA"),
    Buyer("Bouquets by Łucja", "Milwaukee", "WI", "53202", "USA"),
    Buyer("Hôtel du Lac", "Gatineau", "QC", "J8X 3X2", "Canada"),
    Buyer("Lone Star Cut Flowers", "Houston", "TX", "77002", "USA"),
)

PRODUCTS = (
    Product(510001, "Rose Red Freedom 50 Cm", "Rose", "50 Cm", "Stem", 25, Decimal("0.45")),
    Product(510002, "Rose White Mondial 60 Cm", "Rose", "60 Cm", "Stem", 25, Decimal("0.62")),
    Product(510003, "Rose Pink Sweet Unique 40 Cm", "Rose", "40 Cm", "Stem", 25, Decimal("0.38")),
    Product(510004, "Spray Rose Assorted 50 Cm", "Spray Rose", "50 Cm", "Stem", 10, Decimal("0.74")),
    Product(510005, "Carnation White Fancy", "Carnation", "Fancy", "Bunch", 20, Decimal("3.40")),
    Product(510006, "Mini Carnation Assorted Select", "Carnation", "Select", "Bunch", 10, Decimal("2.15")),
    Product(
        510007,
        "Alstroemeria Purple Super Select",
        "Alstroemeria",
        "Super Select",
        "Bunch",
        10,
        Decimal("2.60"),
    ),
    Product(510008, "Pom Daisy White", "Pompon", "Regular", "Bunch", 10, Decimal("1.65")),
    Product(510009, "Pom Cushion Yellow", "Pompon", "Regular", "Bunch", 10, Decimal("1.70")),
    Product(510010, "Hydrangea Blue Premium", "Hydrangea", "Premium", "Stem", 1, Decimal("1.35")),
    Product(510011, "Lily Oriental Stargazer 3-5 Blooms", "Lilies", "3-5 Blooms", "Bunch", 5, Decimal("5.80")),
    Product(510012, "Gypsophila Excellence 750 Gr", "Gypsophila", "750 Gr", "Bunch", 12, Decimal("6.25")),
    Product(510013, "Limonium Sinensis Québec Blue", "Limonium", "Regular", "Bunch", 15, Decimal("4.10")),
    Product(510014, "Ruscus Israeli 70 Cm", "Greens", "70 Cm", "Bunch", 10, Decimal("1.95")),
    Product(510015, "Tulip Dutch Orange", "Tulip", "Regular", "Bunch", 10, Decimal("4.75")),
    Product(510016, "Sunflower Vincent Choice", "Sunflower", "Select", "Bunch", 5, Decimal("3.90")),
)

BRANDS = ((2, "Demo Brand"), (3, "Étoile"), (4, "Farm Direct"))

BOX_TYPES = ((2, "FB", 40), (3, "HB", 20), (4, "QB", 10), (5, "EB", 5))
"""Id, code, and about how many bunches go in."""

PORTS = ("BOG", "MDE", "UIO", "MIA", "AMS")

LOCATIONS = ((1, "Miami", "MIA"), (2, "Québec", "YQB"))

COMMENTS = (
    "Call before delivery",
    "No substitutions",
    "Livrer avant midi, s'il vous plaît",
    "Sleeve all bunches",
    "Deliver to the back door, ring twice",
)

MARK_CODES = ("NORTH", "DOCK 7", "QUÉBEC-2", "WED-0214", "A/12", "0042")

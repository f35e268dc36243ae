-- run once, when the database server is made: one database for each service, and those of the registry and Keycloak
create database registry;
create database keycloak;
create database connector;
create database data_readiness;
create database approval_routing;
create database executor;
create database evidence_ledger;

-- Whether a digital employee was demoted is looked up where a person executed what it was to own.
create index message_employee on message (subject) where type in ('EmployeeDemoted', 'EmployeePromoted');

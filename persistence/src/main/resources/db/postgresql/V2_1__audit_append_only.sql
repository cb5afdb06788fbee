-- The application's own database user cannot change the past either.
create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'the audit only grows';
end;
$$;
create trigger audit_only_grows before update or delete or truncate on audit
  for each statement execute function refuse_change_of_audit();

package io.carillon.check;

import io.carillon.facade.Author;
import io.carillon.facade.CarillonRemote;
import io.carillon.facade.Note;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/** Code of an application beside Carillon's; the page on embedding shows it. */
final class Billing {
  static final String CARILLON =
      "java:global/carillon/carillon-ejb/Carillon!io.carillon.facade.CarillonRemote";

  private final CarillonRemote carillon;

  Billing() throws NamingException {
    carillon = InitialContext.doLookup(CARILLON);
  }

  void paid(String user, String bill) {
    Note note =
        Note.of("bill", "Paid", bill).withUrl("/bills/" + bill).withClientId("paid-" + bill);
    carillon.notify(Author.program("demo", "billing"), user, note);
  }
}

package io.carillon.facade;

import jakarta.ejb.Local;
import jakarta.ejb.Remote;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;

/**
 * {@link Carillon} as an enterprise bean, for applications beside this one. It begins no
 * transaction: the caller's is the one that counts, and without one a message is committed together
 * with others'. Tomcat has no container for it and never loads it.
 */
@Stateless(name = "Carillon")
@Local(Carillon.class)
@Remote(CarillonRemote.class)
@TransactionAttribute(TransactionAttributeType.SUPPORTS)
@AsEnterpriseBean
public class CarillonBean implements Carillon, CarillonRemote {
  @Inject private CarillonCalls calls;

  @Override
  public Sent publish(Author author, String channel, Post post) {
    return calls.publish(author, channel, post);
  }

  @Override
  public Sent notify(Author author, String userId, Note note) {
    return calls.notify(author, userId, note);
  }

  @Override
  public Sent announce(Author author, Note note) {
    return calls.announce(author, note);
  }

  @Override
  public boolean addMember(Author author, String channel, String userId, String role) {
    return calls.addMember(author, channel, userId, role);
  }

  @Override
  public List<Presence> presence(String organization, List<String> userIds) {
    return calls.presence(organization, userIds);
  }
}

package io.carillon.example.desk.web;

import io.carillon.example.desk.Journal;
import io.carillon.example.desk.Shifts;
import io.carillon.example.desk.Tickets;
import jakarta.ejb.EJBException;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** Takes what people ask, and shows what was heard. */
@WebServlet(urlPatterns = {"/tickets", "/shifts", "/journal", "/web-journal"})
public class DeskServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Tickets tickets;
  @Inject private transient Shifts shifts;
  @Inject private transient Journal journal;
  @Inject private transient WebJournal webJournal;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    List<String> lines =
        request.getServletPath().equals("/journal") ? journal.lines() : webJournal.lines();
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().print(String.join("\n", lines));
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String[] channels = request.getParameterValues("channel");
    response.setContentType("text/plain;charset=UTF-8");
    try {
      if (request.getServletPath().equals("/tickets")) {
        tickets.open(request.getParameter("user"), channels[0], request.getParameter("question"));
      } else {
        shifts.begin(request.getParameter("name"), List.of(channels));
      }
      response.getWriter().print("DONE");
    } catch (EJBException | IllegalArgumentException e) {
      response.setStatus(HttpServletResponse.SC_CONFLICT);
      response.getWriter().print("ROLLED_BACK");
    }
  }
}

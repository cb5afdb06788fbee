package io.carillon.example.staff;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Says who has logged in; {@code ?do=leave} ends the session. */
@WebServlet(urlPatterns = "/staff/page")
public class StaffPage extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().print("page of " + request.getRemoteUser());
    if ("leave".equals(request.getParameter("do"))) {
      request.getSession().invalidate();
    }
  }
}

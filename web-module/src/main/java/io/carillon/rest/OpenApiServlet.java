package io.carillon.rest;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;

/** The OpenAPI document, as it stands beside this class. Tests hold it to the routes there are. */
@WebServlet(urlPatterns = "/openapi")
public class OpenApiServlet extends HttpServlet {
  static final String DOCUMENT = "openapi.json";

  private static final long serialVersionUID = 1L;
  private static final String MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.1";

  private transient byte[] document;

  @Override
  public void init() throws ServletException {
    try (InputStream in = OpenApiServlet.class.getResourceAsStream(DOCUMENT)) {
      if (in == null) {
        throw new ServletException(DOCUMENT + " is missing");
      }
      document = in.readAllBytes();
    } catch (IOException e) {
      throw new ServletException(DOCUMENT + " cannot be read", e);
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean named = String.valueOf(request.getHeader("Accept")).contains("openapi");
    response.setContentType(named ? MEDIA_TYPE : "application/json");
    // Open to every page: it is the same for all, and says nothing about anybody.
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Cache-Control", "no-cache");
    response.setContentLength(document.length);
    response.getOutputStream().write(document);
  }
}

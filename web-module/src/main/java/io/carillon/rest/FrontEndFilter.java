package io.carillon.rest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Says of the files of portal and console how long they are good, and leads to their first page.
 * The page itself is asked for anew each time; what it names has its content's hash in its own name
 * and is kept for ever.
 */
@WebFilter(
    urlPatterns = {"/portal", "/portal/*", "/admin", "/admin/*"},
    asyncSupported = true)
public class FrontEndFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;

  /** As the bundler names them: {@code assets/index-DiwrgTda.js}. */
  private static final Pattern HASHED =
      Pattern.compile("/(?:portal|admin)/assets/[^/]+-[A-Za-z0-9_-]{8}\\.[a-z0-9]+(?:\\.map)?");

  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = pathOf(request);
    if (path.equals("/portal") || path.equals("/admin")) {
      // Relative to the present address, so that no proxy's name for us is needed.
      String query = request.getQueryString();
      response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
      response.setHeader("Cache-Control", "no-cache");
      response.setHeader("Location", path.substring(1) + '/' + (query == null ? "" : '?' + query));
      return;
    }
    response.setHeader("Cache-Control", HASHED.matcher(path).matches() ? FOR_EVER : "no-cache");
    if (path.equals("/portal/") || path.equals("/admin/")) {
      request.getRequestDispatcher(path + "index.html").forward(request, response);
    } else {
      chain.doFilter(request, response);
    }
  }

  private static String pathOf(HttpServletRequest request) {
    String within = request.getPathInfo();
    return within == null ? request.getServletPath() : request.getServletPath() + within;
  }
}

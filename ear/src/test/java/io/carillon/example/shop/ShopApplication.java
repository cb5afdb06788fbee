package io.carillon.example.shop;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The shop's HTTP side. */
@ApplicationPath("api")
public class ShopApplication extends Application {}

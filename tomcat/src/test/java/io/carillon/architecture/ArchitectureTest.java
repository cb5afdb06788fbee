package io.carillon.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import jakarta.persistence.EntityManager;
import java.util.Arrays;
import java.util.stream.Stream;

/** Which way modules and packages may look, and what belongs to the edge. */
@AnalyzeClasses(
    packages = "io.carillon",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {

  /** Other modules' tests may come as a jar. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final String[] CONFIG = {"io.carillon.config.."};
  private static final String[] PERSISTENCE = {
    "io.carillon.domain..", "io.carillon.persistence..", "io.carillon.json.."
  };
  private static final String[] EJB = {
    "io.carillon.application..",
    "io.carillon.bus..",
    "io.carillon.facade..",
    "io.carillon.hub..",
    "io.carillon.log..",
    "io.carillon.node..",
    "io.carillon.presence..",
    "io.carillon.redis..",
    "io.carillon.security..",
    "io.carillon.server.."
  };
  private static final String[] WEB = {
    "io.carillon.admin..", "io.carillon.gateway..", "io.carillon.rest..", "io.carillon.transport.."
  };
  private static final String[] TOMCAT = {"io.carillon.tomcat.."};
  private static final String[] WEB_CONTAINER = {
    "jakarta.servlet..", "jakarta.websocket..", "jakarta.ws.rs.."
  };
  private static final String[] IMPLEMENTATIONS = {
    "org.apache.catalina..",
    "org.apache.coyote..",
    "org.apache.tomcat..",
    "org.glassfish.jersey..",
    "org.jboss.weld..",
    "com.arjuna..",
    "io.agroal.."
  };

  @ArchTest
  static final ArchRule everyClassHasItsModule =
      classes()
          .should()
          .resideInAnyPackage(concat(CONFIG, PERSISTENCE, EJB, WEB, TOMCAT))
          .because("the package map names one module for each package");

  @ArchTest
  static final ArchRule configStandsAlone =
      noClasses()
          .that()
          .resideInAnyPackage(CONFIG)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(PERSISTENCE, EJB, WEB, TOMCAT));

  @ArchTest
  static final ArchRule persistenceLooksDown =
      noClasses()
          .that()
          .resideInAnyPackage(PERSISTENCE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(EJB, WEB, TOMCAT));

  @ArchTest
  static final ArchRule servicesLookDown =
      noClasses()
          .that()
          .resideInAnyPackage(EJB)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(WEB, TOMCAT));

  @ArchTest
  static final ArchRule webKnowsNoServer =
      noClasses()
          .that()
          .resideInAnyPackage(concat(CONFIG, PERSISTENCE, EJB, WEB))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(TOMCAT, IMPLEMENTATIONS))
          .because("one build runs on every server; what a server lacks is in the tomcat module");

  @ArchTest
  static final ArchRule containerTypesStayAtTheEdge =
      noClasses()
          .that()
          .resideInAnyPackage(concat(CONFIG, PERSISTENCE, EJB))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(WEB_CONTAINER);

  @ArchTest
  static final ArchRule domainKnowsNoImplementation =
      noClasses()
          .that()
          .resideInAPackage("io.carillon.domain..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.carillon.persistence..", "org.hibernate..", "java.sql.."));

  @ArchTest
  static final ArchRule messagesBelongToChannels =
      noClasses()
          .that()
          .resideInAPackage("io.carillon.domain.channel..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.carillon.domain.message..");

  @ArchTest
  static final ArchRule entityManagersStayInPersistence =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.carillon.persistence..", "io.carillon.tomcat..")
          .should()
          .dependOnClassesThat()
          .areAssignableTo(EntityManager.class);

  @ArchTest
  static final ArchRule hubKnowsNobodyWhoListens =
      noClasses()
          .that()
          .resideInAnyPackage("io.carillon.hub..", "io.carillon.bus..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(WEB, "io.carillon.application..", "io.carillon.redis.."));

  @ArchTest
  static final ArchRule facadeValuesNeedNothing =
      classes()
          .that()
          .resideInAPackage("io.carillon.facade..")
          .and()
          .haveSimpleNameNotEndingWith("Calls")
          .and()
          .doNotHaveSimpleName("CarillonBean")
          .and()
          .haveSimpleNameNotEndingWith("EnterpriseBean")
          .and()
          .areTopLevelClasses()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "jakarta.ejb..", "io.carillon.facade..")
          .because("applications beside this one have them on their own class path");

  @ArchTest
  static final ArchRule nobodyImportsRedis =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.carillon.redis..", "io.carillon.tomcat..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.carillon.redis..", "redis.clients..")
          .because("it implements the interfaces of bus and presence");

  @ArchTest
  static final ArchRule gatewaysDoNotImportEachOther =
      slices().matching("io.carillon.gateway.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule sharedGatewayCodeKnowsNoProtocol =
      noClasses()
          .that()
          .resideInAPackage("io.carillon.gateway")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.carillon.gateway..")
                  .and(resideOutsideOfPackage("io.carillon.gateway")));

  @ArchTest
  static final ArchRule packagesFormNoCircle =
      slices().matching("io.carillon.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule logsThroughTheSystemLogger =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.carillon.tomcat.LogFormat")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.util.logging..", "org.slf4j..", "org.jboss.logging..", "org.apache.juli..");

  @ArchTest
  static final ArchRule onlyTheConsolePrints =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.carillon.tomcat.Console")
          .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule throwsNothingUnspecific =
      GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

  @ArchTest
  static final ArchRule bindsNoJson =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jakarta.json..", "com.fasterxml.jackson.databind..")
          .because("servers differ in their providers; the wire's form is fixed by our own code");

  private static String[] concat(Object... parts) {
    return Arrays.stream(parts)
        .flatMap(
            part ->
                part instanceof String[] several
                    ? Arrays.stream(several)
                    : Stream.of((String) part))
        .toArray(String[]::new);
  }
}

package io.carillon.bus;

class LoopbackBusTest extends BusContract {
  @Override
  protected Bus bus(Recorder recorder) {
    LoopbackBus bus = new LoopbackBus();
    bus.listen(recorder);
    return bus;
  }
}

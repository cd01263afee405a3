package org.fusegrad.bench.jmh;

/** One way to run one norm on fixed data. */
interface NormWork extends AutoCloseable {
    /** One training forward; answers something the compiler cannot leave out. */
    Object forward();

    /** One training forward and the gradients of all inputs and parameters. */
    Object forwardBackward();

    /** What forward and backward compute: y, dx, then the gradient of each parameter. */
    double[][] results();

    @Override
    void close();
}

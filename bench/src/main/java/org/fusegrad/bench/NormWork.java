package org.fusegrad.bench;

/** One way to run one layer on fixed data. */
interface NormWork extends AutoCloseable {
    /** The layers' names; the second adds a residual and ends in a ReLU. */
    String BN = "bn";

    String BN_ADD_RELU = "bn_add_relu";

    /** One training forward; answers something the compiler cannot leave out. */
    Object forward();

    /** One training forward and the gradients of all inputs and parameters. */
    Object forwardBackward();

    /** What forward and backward compute: y, dx, dweight, dbias. */
    float[][] results();

    @Override
    void close();
}

package org.fusegrad.gradcheck;

/** A gradient that differs from finite differences; the message is the report. */
public final class GradCheckFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    private final transient GradCheckReport report;

    GradCheckFailure(GradCheckReport report) {
        super(report.toString());
        this.report = report;
    }

    public GradCheckReport report() {
        return report;
    }
}

package org.fusegrad.codegen.ir;

/** An operator of Java between two operands, with how strongly it binds. */
public enum Infix {
    TIMES("*", 5),
    OVER("/", 5),
    PLUS("+", 4),
    MINUS("-", 4),
    BELOW("<", 3),
    AT_MOST("<=", 3),
    AT_LEAST(">=", 3),
    EQUAL("==", 2),
    UNEQUAL("!=", 2),
    BITS("&", 1),
    EITHER_BIT("^", 0),
    ANY_BIT("|", -1),
    BOTH("&&", -2);

    private final String sign;
    private final int strength;

    Infix(String sign, int strength) {
        this.sign = sign;
        this.strength = strength;
    }

    /** As written in Java. */
    public String sign() {
        return sign;
    }

    /** Higher binds more strongly. */
    public int strength() {
        return strength;
    }
}

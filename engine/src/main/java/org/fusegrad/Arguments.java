package org.fusegrad;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** The arguments of a formula as it sees them: a list that says what is wrong in its words. */
final class Arguments extends AbstractList<Tensor> implements RandomAccess {
    private final String formula;
    private final List<Tensor> tensors;

    Arguments(String formula, List<Tensor> tensors) {
        this.formula = formula;
        this.tensors = tensors;
    }

    /**
     * The argument of this number, from 0 on.
     *
     * @throws IllegalArgumentException if the call has fewer
     */
    @Override
    public Tensor get(int index) {
        if (index < 0 || index >= tensors.size()) {
            throw new IllegalArgumentException("formula '" + formula + "' asks for argument "
                    + index + ", but was called with " + tensors.size() + ", numbered from 0");
        }
        return tensors.get(index);
    }

    @Override
    public int size() {
        return tensors.size();
    }
}

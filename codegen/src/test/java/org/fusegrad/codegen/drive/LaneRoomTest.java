package org.fusegrad.codegen.drive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each borrower has a room to itself, and whoever comes too late has arrays of its own. */
final class LaneRoomTest {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static List<LaneRoom> borrowAll() {
        return Stream.generate(LaneRoom::borrow).limit(PROCESSORS).toList();
    }

    @Test
    void asManyAsProcessorsAndNoneTwice() {
        List<LaneRoom> rooms = borrowAll();
        assertEquals(PROCESSORS, rooms.stream().distinct().count());
        rooms.forEach(r -> assertTrue(r.lanes.length >= Frame.LEAD + 2 * Frame.LANES));
        LaneRoom late = LaneRoom.borrow();
        assertEquals(0, late.lanes.length);
        late.giveBack();
        assertSame(late, LaneRoom.borrow(), "lent as if it were a room");
        rooms.forEach(LaneRoom::giveBack);
        List<LaneRoom> again = borrowAll();
        assertTrue(rooms.containsAll(again));
        again.forEach(LaneRoom::giveBack);
    }

    @Test
    void aFrameReturnsToItsOwnArrays() {
        Frame frame = new Frame(new Object[0], new double[0], 2);
        float[] own = frame.lanes;
        List<LaneRoom> rooms = borrowAll();
        LaneRoom room = rooms.get(0);
        frame.use(room);
        assertSame(room.lanes, frame.lanes);
        assertSame(room.tree, frame.tree);
        frame.use(LaneRoom.borrow());
        assertSame(own, frame.lanes);
        assertNotSame(room.tree, frame.tree);
        rooms.forEach(LaneRoom::giveBack);
    }

    @Test
    void aFrameClearsNoMoreThanItsLanes() {
        Frame frame = new Frame(new Object[0], new double[0], 2);
        LaneRoom room = LaneRoom.borrow();
        frame.use(room);
        int end = Frame.LEAD + 2 * Frame.LANES;
        Arrays.fill(room.lanes, Frame.LEAD, end + 1, 3);
        frame.clear();
        assertEquals(0, room.lanes[Frame.LEAD]);
        assertEquals(0, room.lanes[end - 1]);
        assertEquals(3, room.lanes[end]);
        room.giveBack();
    }
}

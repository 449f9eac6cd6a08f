import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import software.amazon.event.ruler.Machine;

/** event-ruler behind the protocol of benches/peers/README.md. */
public final class Engine {
    /** In place of the count of a rule that was refused. */
    private static final long REFUSED = -1;

    private final Machine machine = Machine.builder().build();
    private final BitSet refused = new BitSet();
    private int rules;
    /** Null where the line is not UTF-8. */
    private String[] events;
    private int[] bytes;
    private int cursor;
    /** What the matches of all runs add up to, so that they are looked at. */
    private long sum;

    public static void main(String[] arguments) throws IOException {
        Engine engine = new Engine();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = input.readLine()) != null; ) {
            System.out.println(engine.obey(line));
            System.out.flush();
        }
    }

    private String obey(String line) {
        String[] fields = line.split("\t", -1);
        try {
            switch (fields[0]) {
                case "version":
                    return "version\t" + version();
                case "load":
                    return load(Path.of(fields[1]), Path.of(fields[2]));
                case "run":
                    return run(Long.parseLong(fields[1]), Integer.parseInt(fields[2]));
                case "matches":
                    return matches(Path.of(fields[1]), Integer.parseInt(fields[2]));
                case "events":
                    return eventsOf(Integer.parseInt(fields[1]), Integer.parseInt(fields[2]));
                default:
                    return "error\tbad command `" + fields[0] + "`";
            }
        } catch (Exception | StackOverflowError | OutOfMemoryError error) {
            return "error\t" + error.toString().replaceAll("\\s", " ");
        }
    }

    private static String version() {
        Path archive = Path.of(Machine.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        String name = archive.getFileName().toString().replace(".jar", "");
        return name + ", Java " + System.getProperty("java.version");
    }

    private String load(Path ruleFile, Path eventFile) throws IOException {
        cpuSeconds();
        double memory = usedMegabytes();
        double start = cpuSeconds();
        try (InputStream lines = new BufferedInputStream(Files.newInputStream(ruleFile), 1 << 16)) {
            for (byte[] rule; (rule = nextLine(lines)) != null; rules++) {
                try {
                    machine.addRule(Integer.toString(rules), decode(rule, 0, rule.length));
                } catch (Exception | StackOverflowError error) {
                    refused.set(rules);
                }
            }
        }
        double seconds = cpuSeconds() - start;
        memory = usedMegabytes() - memory;
        long total = readEvents(eventFile);
        return String.join("\t", "loaded", "" + rules, "" + refused.cardinality(), "" + seconds, "" + memory,
                "" + events.length, "" + total);
    }

    private long readEvents(Path file) throws IOException {
        byte[] text = Files.readAllBytes(file);
        List<String> lines = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        long total = 0;
        for (int start = 0, end; start < text.length; start = end + 1) {
            for (end = start; end < text.length && text[end] != '\n'; end++) {
            }
            lengths.add(end - start);
            total += end - start;
            try {
                lines.add(decode(text, start, end - start));
            } catch (CharacterCodingException error) {
                lines.add(null);
            }
        }
        events = lines.toArray(new String[0]);
        bytes = lengths.stream().mapToInt(Integer::intValue).toArray();
        return total;
    }

    private static byte[] nextLine(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = input.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = input.read()) {
            line.write(next);
        }
        return line.toByteArray();
    }

    /** Unlike what `new String` does, this is an error if it is not UTF-8. */
    private static String decode(byte[] bytes, int start, int length) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length)).toString();
    }

    private String run(long milliseconds, int chunk) {
        long done = 0;
        long read = 0;
        long start = System.nanoTime();
        do {
            for (int left = chunk; left > 0; left--) {
                List<String> found = find(events[cursor]);
                if (found != null) {
                    for (String rule : found) {
                        sum += rule.length();
                    }
                }
                read += bytes[cursor];
                cursor = cursor + 1 == events.length ? 0 : cursor + 1;
            }
            done += chunk;
        } while (System.nanoTime() - start < milliseconds * 1_000_000);
        return String.join("\t", "ran", "" + done, "" + read);
    }

    /** The names of the rules that match, or null if the event has no verdict. */
    private List<String> find(String event) {
        if (event == null) {
            return null;
        }
        try {
            return machine.rulesForJSONEvent(event);
        } catch (Exception | StackOverflowError error) {
            return null;
        }
    }

    private String matches(Path file, int limit) throws IOException {
        long[] counts = new long[rules];
        long[] hashes = new long[rules];
        int silent = 0;
        for (int event = 0; event < limit && event < events.length; event++) {
            List<String> found = find(events[event]);
            if (found == null) {
                silent++;
                continue;
            }
            for (String name : new TreeSet<>(found)) {
                int rule = Integer.parseInt(name);
                counts[rule]++;
                hashes[rule] += pairHash(event, rule);
            }
        }
        ByteBuffer table = ByteBuffer.allocate(rules * 16).order(ByteOrder.LITTLE_ENDIAN);
        for (int rule = 0; rule < rules; rule++) {
            table.putLong(refused.get(rule) ? REFUSED : counts[rule]).putLong(hashes[rule]);
        }
        Files.write(file, table.array());
        return "matched\t" + silent;
    }

    private String eventsOf(int rule, int limit) {
        StringBuilder answer = new StringBuilder("events");
        String name = Integer.toString(rule);
        for (int event = 0; event < limit && event < events.length; event++) {
            List<String> found = find(events[event]);
            if (found != null && found.contains(name)) {
                answer.append('\t').append(event);
            }
        }
        return answer.toString();
    }

    /** The finaliser of splitmix64 over the event's number and the rule's. */
    private static long pairHash(long event, long rule) {
        long bits = (event << 32) + rule;
        bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }

    /** Of all threads: compiler and collector are part of what it costs. */
    private static double cpuSeconds() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() * 1e-9;
    }

    private static double usedMegabytes() {
        // Asked once before, as the first answer leaves garbage of some megabytes.
        var memory = ManagementFactory.getMemoryMXBean();
        memory.getHeapMemoryUsage();
        System.gc();
        System.gc();
        return memory.getHeapMemoryUsage().getUsed() / 1e6;
    }
}

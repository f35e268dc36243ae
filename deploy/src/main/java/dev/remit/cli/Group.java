package dev.remit.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command of commands: without one of them it says which there are. */
abstract class Group implements Runnable {
    @ParentCommand Remit remit;
    @Spec CommandSpec spec;

    @Override
    public final void run() {
        spec.commandLine().usage(System.out);
    }
}

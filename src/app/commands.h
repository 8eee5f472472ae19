/* app/commands.h: the subcommands of l1. Each takes its own arguments (argv[0] is its name) and
 * returns the process's exit code: 0 done, 1 failed while running, 2 usage or configuration, 3
 * verification differs. */
#ifndef L1_APP_COMMANDS_H
#define L1_APP_COMMANDS_H

typedef enum {
    L1_EXIT_DONE = 0,
    L1_EXIT_FAILED = 1,
    L1_EXIT_USAGE = 2,
    L1_EXIT_DIFFERS = 3,
} l1_exit;

int l1_cmd_run(int argc, char **argv);
int l1_cmd_replay(int argc, char **argv);
int l1_cmd_score(int argc, char **argv);
int l1_cmd_features(int argc, char **argv);
int l1_cmd_train(int argc, char **argv);
int l1_cmd_evaluate(int argc, char **argv);
int l1_cmd_verify(int argc, char **argv);
int l1_cmd_snapshot(int argc, char **argv);
int l1_cmd_dashboard(int argc, char **argv);
int l1_cmd_export(int argc, char **argv);
int l1_cmd_control(int argc, char **argv);
int l1_cmd_config(int argc, char **argv);
int l1_cmd_version(int argc, char **argv);

#endif

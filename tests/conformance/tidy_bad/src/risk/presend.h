/* The guard of another file. */
#ifndef L1_RISK_GATE_H
#define L1_RISK_GATE_H
#endif

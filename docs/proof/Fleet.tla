------------------------------- MODULE Fleet -------------------------------
(***************************************************************************)
(* An anchor rotation of linked clusters in step, as l5d-pki-render moves  *)
(* them. docs/proof.md says what is explored and what was found.           *)
(*                                                                         *)
(* Tests compare this module with the program: the phases, bundles, chains *)
(* and barriers with the tables of pkg/state and internal/fleet; what      *)
(* verifies what with pkg/rotation, which asks the real verifiers; the     *)
(* rules that can be left out and the actions with internal/fleet/explore. *)
(*                                                                         *)
(* Members that can be read are observed at once here. With observations   *)
(* that may be old, what was committed since counts too; the program is    *)
(* explored in both ways.                                                  *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Members,   \* the clusters
  Proxies,   \* of each member
  Replicas,  \* of identity, of each member
  Phases,    \* BundlePhases or CrossSignPhases
  Without    \* the rules that are left out, a subset of RulesThatCount

-----------------------------------------------------------------------------
(* Tables *)

HoldsNextIssuer == "every endpoint of the component holds a bundle that verifies the incoming issuer"
ServesNoOldLeaf == "no endpoint of the component serves a leaf under the outgoing anchor alone"
HoldsNextAnchor == "every endpoint of the component holds the incoming anchor"
Free == ""

\* What is delivered and signed with in each phase, and what has to hold in the whole
\* component before a member enters it.
BundlePhases == <<
  [phase |-> "stable",          bundle |-> {"A"},      chain |-> "a",  barrier |-> Free],
  [phase |-> "anchor-added",    bundle |-> {"A", "B"}, chain |-> "a",  barrier |-> Free],
  [phase |-> "anchor-spread",   bundle |-> {"A", "B"}, chain |-> "a",  barrier |-> Free],
  [phase |-> "issuer-switched", bundle |-> {"A", "B"}, chain |-> "b",  barrier |-> HoldsNextIssuer],
  [phase |-> "issuer-spread",   bundle |-> {"A", "B"}, chain |-> "b",  barrier |-> Free],
  [phase |-> "anchor-dropped",  bundle |-> {"B"},      chain |-> "b",  barrier |-> ServesNoOldLeaf],
  [phase |-> "stable",          bundle |-> {"B"},      chain |-> "b",  barrier |-> Free]
>>

CrossSignPhases == <<
  [phase |-> "stable",          bundle |-> {"A"},      chain |-> "a",  barrier |-> Free],
  [phase |-> "issuer-switched", bundle |-> {"A"},      chain |-> "bX", barrier |-> HoldsNextIssuer],
  [phase |-> "issuer-spread",   bundle |-> {"A"},      chain |-> "bX", barrier |-> Free],
  [phase |-> "anchor-swapped",  bundle |-> {"B"},      chain |-> "bX", barrier |-> ServesNoOldLeaf],
  [phase |-> "anchor-spread",   bundle |-> {"B"},      chain |-> "bX", barrier |-> Free],
  [phase |-> "stable",          bundle |-> {"B"},      chain |-> "b",  barrier |-> HoldsNextAnchor]
>>

\* The anchors under which each chain verifies: bX is b with a certificate of B by A.
Under == [a |-> {"A"}, b |-> {"B"}, bX |-> {"A", "B"}]

Verifies(bundle, chain) == bundle \cap Under[chain] # {}

\* Why a step is held back. Canaries and limits of restarts hold steps too; they change
\* nothing of what is safe.
HeldBundle  == "bundle"
HeldChain   == "chain"
HeldUnknown == "unknown"

RulesThatCount == {
  "each member judged by its own gate alone",
  "no barrier before an issuer is switched",
  "no barrier before an anchor is dropped",
  "a member that cannot be read counts as absent",
  "a member that joins is not checked",
  "the moves of one change are judged one by one",
  "steps back are not judged",
  "what may still be mounted does not count",
  "identity replicas do not count",
  "what was committed since the last observation does not count"
}

-----------------------------------------------------------------------------
VARIABLES
  now,      \* by member: the number of the phase that is committed
  pending,  \* by member: the number of the phase that an open change brings; 0 is none
  mounts,   \* by member: what a pod that starts may be given, bundles and chains
  proxy,    \* by member and number: the bundle held, the chain served
  replica,  \* by member and number: the bundle and the issuer loaded
  unknown,  \* by member: neither the cluster nor its state can be read
  linked    \* by member: it is part of the component

vars == <<now, pending, mounts, proxy, replica, unknown, linked>>

Numbers == 1..Len(Phases)
Config(n) == [bundle |-> Phases[n].bundle, chain |-> Phases[n].chain]
Bundles == {Phases[n].bundle : n \in Numbers}
Chains  == {Phases[n].chain : n \in Numbers}
Endpoint == [bundle : Bundles, chain : Chains]

TypeOK ==
  /\ now \in [Members -> Numbers]
  /\ pending \in [Members -> Numbers \cup {0}]
  /\ mounts \in [Members -> [bundles : SUBSET Bundles, chains : SUBSET Chains]]
  /\ proxy \in [Members -> [1..Proxies -> Endpoint]]
  /\ replica \in [Members -> [1..Replicas -> Endpoint]]
  /\ unknown \in [Members -> BOOLEAN]
  /\ linked \in [Members -> BOOLEAN]

Init ==
  /\ now = [m \in Members |-> 1]
  /\ pending = [m \in Members |-> 0]
  /\ mounts = [m \in Members |-> [bundles |-> {Phases[1].bundle}, chains |-> {Phases[1].chain}]]
  /\ proxy = [m \in Members |-> [i \in 1..Proxies |-> Config(1)]]
  /\ replica = [m \in Members |-> [i \in 1..Replicas |-> Config(1)]]
  /\ unknown = [m \in Members |-> FALSE]
  /\ linked = [m \in Members |-> TRUE]

\* Members that share trust with one.
Component(m) == IF linked[m] THEN {o \in Members : linked[o]} ELSE {m}

-----------------------------------------------------------------------------
(* What is known of a member: all that is held, served, mounted and committed. *)

Endpoints(m) ==
  {proxy[m][i] : i \in 1..Proxies}
    \cup (IF "identity replicas do not count" \in Without THEN {} ELSE {replica[m][i] : i \in 1..Replicas})

MayHold(m) ==
  {e.bundle : e \in Endpoints(m)} \cup {Config(now[m]).bundle}
    \cup (IF "what may still be mounted does not count" \in Without THEN {} ELSE mounts[m].bundles)

MayServe(m) ==
  {e.chain : e \in Endpoints(m)} \cup {Config(now[m]).chain}
    \cup (IF "what may still be mounted does not count" \in Without THEN {} ELSE mounts[m].chains)

-----------------------------------------------------------------------------
(* The rules. They have no direction: a step back, a jump and an edit by hand are *)
(* judged alike. taken are the configs that the same change brings to others.     *)

Looked(m) ==
  IF "each member judged by its own gate alone" \in Without THEN {m}
  ELSE {o \in Component(m) : ~("a member that cannot be read counts as absent" \in Without /\ unknown[o])}

Holds(m, n, taken) ==
  LET from    == Config(now[m])
      to      == Config(n)
      others  == IF "the moves of one change are judged one by one" \in Without THEN {} ELSE taken
      known   == {o \in Looked(m) : ~unknown[o]}
      bundles == UNION {MayHold(o) : o \in known} \cup {c.bundle : c \in others}
      chains  == UNION {MayServe(o) : o \in known} \cup {c.chain : c \in others}
      blind   == Looked(m) # known
      back    == "steps back are not judged" \in Without /\ n < now[m]
      one     == ~("no barrier before an issuer is switched" \in Without)
      two     == ~("no barrier before an anchor is dropped" \in Without)
  IN  IF back THEN {} ELSE
      \* Barrier 1: every bundle that may be held verifies the next chain. A step that
      \* keeps the chain brings no such pair about.
      (IF one /\ from.chain # to.chain /\ \E b \in bundles : ~Verifies(b, to.chain) THEN {HeldBundle} ELSE {})
      \* Barrier 2: the next bundle verifies every chain that may be served.
      \cup (IF two /\ \E c \in chains : ~Verifies(to.bundle, c) THEN {HeldChain} ELSE {})
      \cup (IF ~Verifies(to.bundle, to.chain) THEN {HeldChain} ELSE {})
      \* What is not known holds steps that change the chain or take an anchor away.
      \cup (IF blind /\ (from.chain # to.chain \/ ~(from.bundle \subseteq to.bundle)) THEN {HeldUnknown} ELSE {})

MayJoin(m) ==
  \/ "a member that joins is not checked" \in Without
  \/ LET there == {o \in Members : linked[o]}
     IN  /\ \A o \in there \cup {m} : ~unknown[o] \/ "a member that cannot be read counts as absent" \in Without
         /\ \A o \in there, b \in MayHold(m), c \in MayServe(o) : unknown[o] \/ unknown[m] \/ Verifies(b, c)
         /\ \A o \in there, b \in MayHold(o), c \in MayServe(m) : unknown[o] \/ unknown[m] \/ Verifies(b, c)

-----------------------------------------------------------------------------
(* What can happen. Nothing is ever forced: a missed reload, a pod that never *)
(* restarts and a cluster that is cut off are actions that do not happen.      *)

NoneOpen == \A m \in Members : pending[m] = 0 \* one change of a fleet is open at a time

\* Several members may move in one change; each is judged with the others of its component.
Decide(S, target) ==
  /\ NoneOpen
  /\ S # {}
  /\ \A m \in S :
       /\ ~unknown[m]
       /\ target[m] # now[m]
       /\ Holds(m, target[m], {Config(target[o]) : o \in (S \cap Component(m)) \ {m}}) = {}
  /\ pending' = [m \in Members |-> IF m \in S THEN target[m] ELSE 0]
  /\ UNCHANGED <<now, mounts, proxy, replica, unknown, linked>>

Merge(m) ==
  /\ pending[m] # 0
  /\ now' = [now EXCEPT ![m] = pending[m]]
  /\ pending' = [pending EXCEPT ![m] = 0]
  /\ mounts' = [mounts EXCEPT ![m] = [bundles |-> @.bundles \cup {Config(pending[m]).bundle}, chains |-> @.chains \cup {Config(pending[m]).chain}]]
  /\ UNCHANGED <<proxy, replica, unknown, linked>>

Lose(m) == \* a crash between the decision and the merge
  /\ pending[m] # 0
  /\ pending' = [pending EXCEPT ![m] = 0]
  /\ UNCHANGED <<now, mounts, proxy, replica, unknown, linked>>

Sync(m) == \* what was there before is no longer given to pods that start
  /\ \/ \E b \in mounts[m].bundles \ {Config(now[m]).bundle} : mounts' = [mounts EXCEPT ![m].bundles = @ \ {b}]
     \/ \E c \in mounts[m].chains \ {Config(now[m]).chain} : mounts' = [mounts EXCEPT ![m].chains = @ \ {c}]
  /\ UNCHANGED <<now, pending, proxy, replica, unknown, linked>>

Restart(m, i) == \* a proxy whose bundle refuses its own leaf does not start
  /\ \E b \in mounts[m].bundles, j \in 1..Replicas :
       /\ Verifies(b, replica[m][j].chain)
       /\ proxy' = [proxy EXCEPT ![m][i] = [bundle |-> b, chain |-> replica[m][j].chain]]
  /\ UNCHANGED <<now, pending, mounts, replica, unknown, linked>>

Renew(m, i) ==
  /\ \E j \in 1..Replicas :
       /\ Verifies(proxy[m][i].bundle, replica[m][j].chain)
       /\ proxy' = [proxy EXCEPT ![m][i].chain = replica[m][j].chain]
  /\ UNCHANGED <<now, pending, mounts, replica, unknown, linked>>

Reload(m, j) == \* identity keeps its issuer where its bundle refuses the next one
  /\ \E c \in mounts[m].chains :
       /\ Verifies(replica[m][j].bundle, c)
       /\ replica' = [replica EXCEPT ![m][j].chain = c]
  /\ UNCHANGED <<now, pending, mounts, proxy, unknown, linked>>

Crash(m, j) ==
  /\ \E b \in mounts[m].bundles, c \in mounts[m].chains :
       /\ Verifies(b, c)
       /\ replica' = [replica EXCEPT ![m][j] = [bundle |-> b, chain |-> c]]
  /\ UNCHANGED <<now, pending, mounts, proxy, unknown, linked>>

CutOff(m) ==
  /\ unknown' = [unknown EXCEPT ![m] = ~@] \* and comes back
  /\ UNCHANGED <<now, pending, mounts, proxy, replica, linked>>

Leave(m) == \* a reviewed change
  /\ NoneOpen
  /\ linked[m]
  /\ linked' = [linked EXCEPT ![m] = FALSE]
  /\ UNCHANGED <<now, pending, mounts, proxy, replica, unknown>>

Join(m) ==
  /\ NoneOpen
  /\ ~linked[m]
  /\ MayJoin(m)
  /\ linked' = [linked EXCEPT ![m] = TRUE]
  /\ UNCHANGED <<now, pending, mounts, proxy, replica, unknown>>

Next ==
  \/ \E S \in SUBSET Members, target \in [Members -> Numbers] : Decide(S, target)
  \/ \E m \in Members :
       \/ Merge(m) \/ Lose(m) \/ Sync(m) \/ CutOff(m) \/ Leave(m) \/ Join(m)
       \/ \E i \in 1..Proxies : Restart(m, i) \/ Renew(m, i)
       \/ \E j \in 1..Replicas : Reload(m, j) \/ Crash(m, j)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What holds in every state. *)

Live(m) == {proxy[m][i] : i \in 1..Proxies} \cup {replica[m][j] : j \in 1..Replicas}

NoPairFails ==
  \A m \in Members : \A o \in Component(m) : \A e \in Live(m), f \in Live(o) : Verifies(e.bundle, f.chain)

THEOREM Without = {} => (Spec => [](TypeOK /\ NoPairFails))

\* That the end can be reached, so that the rules do not only refuse.
Arrived(m) ==
  /\ linked[m]
  /\ now[m] = Len(Phases)
  /\ \A e \in Live(m) : e = Config(Len(Phases))
  /\ mounts[m] = [bundles |-> {Config(Len(Phases)).bundle}, chains |-> {Config(Len(Phases)).chain}]

NeverArrives == ~(\A m \in Members : Arrived(m)) \* a model checker has to refute it
=============================================================================

import type { TestEnvironment } from '@fairlead/apiserver/testing'
import type { SeededRandom } from '@fairlead/base/testing'
import type { Replica } from './replica.ts'
import { timing } from './replica-messages.ts'

export interface Trouble {
  readonly name: string
  /** Whether the leader must keep the lease, must lose it, or may do either. */
  readonly leader: 'stays' | 'goes' | 'either'
  /** Resolves when what it did to the leader is over. */
  happen(scene: {
    leader: Replica
    others: readonly Replica[]
    environment: TestEnvironment
    random: SeededRandom
    pause: (ms: number) => Promise<void>
  }): Promise<void>
}

const { leaseDurationMs, renewDeadlineMs, blockedLimitMs } = timing

/** Everything that may befall a leader. */
export const troubles: readonly Trouble[] = [
  {
    name: 'killed',
    leader: 'goes',
    happen: ({ leader }) => {
      leader.signal('SIGKILL')
      return Promise.resolve()
    },
  },
  {
    name: 'stopped',
    leader: 'goes',
    happen: ({ leader }) => {
      leader.order({ type: 'stop' })
      return Promise.resolve()
    },
  },
  {
    name: 'frozen until another leads',
    leader: 'goes',
    async happen({ leader, random, pause }) {
      leader.signal('SIGSTOP')
      await pause(2 * leaseDurationMs + random.below(1000))
      leader.signal('SIGCONT')
    },
  },
  {
    name: 'frozen for about as long as the lease',
    leader: 'either',
    async happen({ leader, random, pause }) {
      leader.signal('SIGSTOP')
      await pause(renewDeadlineMs + random.below(leaseDurationMs))
      leader.signal('SIGCONT')
    },
  },
  {
    name: 'frozen while it computes',
    leader: 'goes',
    async happen({ leader, random, pause }) {
      leader.order({ type: 'compute', ms: 500 + random.below(500) })
      await pause(random.below(300))
      leader.signal('SIGSTOP')
      await pause(2 * leaseDurationMs + random.below(1000))
      leader.signal('SIGCONT')
    },
  },
  {
    name: 'wall clock set',
    leader: 'stays',
    async happen({ leader, others, random, pause }) {
      for (const replica of [leader, ...others]) {
        replica.order({
          type: 'step',
          ms: (random.below(2) === 0 ? -1 : 1) * random.below(120_000),
        })
      }
      await pause(leaseDurationMs)
    },
  },
  {
    name: 'computes for longer than the renew deadline',
    leader: 'stays',
    async happen({ leader, pause }) {
      leader.order({ type: 'compute', ms: 2 * renewDeadlineMs })
      await pause(2 * renewDeadlineMs)
    },
  },
  {
    name: 'computes without an end in sight',
    leader: 'goes',
    async happen({ leader, random, pause }) {
      const ms = blockedLimitMs + 2 * leaseDurationMs + random.below(1000)
      leader.order({ type: 'compute', ms })
      await pause(ms)
    },
  },
  {
    name: 'API server away for the leader',
    leader: 'goes',
    async happen({ leader, environment, random, pause }) {
      const type = random.pick(['hang', 'drop'] as const)
      using _ = environment.faults.inject({ user: leader.user, fault: { type } })
      await pause(2 * leaseDurationMs + random.below(1000))
    },
  },
  {
    name: 'API server does not take renewals from the leader',
    leader: 'goes',
    async happen({ leader, environment, random, pause }) {
      using _ = environment.faults.inject({
        user: leader.user,
        resource: 'leases.coordination.k8s.io',
        fault: { type: 'status', code: random.pick([500, 503, 403]) },
      })
      await pause(2 * leaseDurationMs)
    },
  },
  {
    name: 'API server away for all',
    leader: 'either',
    async happen({ environment, random, pause }) {
      using _ = environment.faults.inject({ fault: { type: 'drop' } })
      await pause(random.below(2 * leaseDurationMs))
    },
  },
  {
    name: 'answers to renewals are lost',
    leader: 'either',
    async happen({ leader, environment, random, pause }) {
      using _ = environment.faults.inject({
        user: leader.user,
        verbs: ['update'],
        resource: 'leases.coordination.k8s.io',
        fault: { type: 'drop', handled: true },
      })
      await pause(random.below(2 * leaseDurationMs))
    },
  },
]

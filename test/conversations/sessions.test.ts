import { expect, it } from 'vitest'
import { runSessions } from './run-sessions.ts'

// Every night: FAIRLEAD_CHAT_SEED=$(date +%s) npm run test:chats, which is 100,000 sessions.
const sessions = Number(process.env['FAIRLEAD_CHAT_SESSIONS'] ?? 2000)
const seed = Number(process.env['FAIRLEAD_CHAT_SEED'] ?? 1)

it.each([
  ['in memory', 0.25],
  ['in SQLite', 0.25],
  ['of another process', 0.3],
  ['in Redis, of two replicas', 0.1],
  ['in PostgreSQL, of two replicas', 0.1],
] as const)(
  'chat interfaces get the prompts that their users believe in, turns stored %s',
  async (store, share) => {
    const { problems, done } = await runSessions(store, seed, Math.ceil(sessions * share))
    expect(problems).toEqual([])
    // Some things are rare.
    if (sessions * share < 500) return
    for (const what of [
      'regenerate',
      'edit',
      'delete',
      'go',
      'reload',
      'retry',
      'replayed',
      'join',
      'both tabs',
      'stop later',
      'joined after leaving',
      'asked again',
    ]) {
      expect(done.get(what), what).toBeGreaterThan(0)
    }
  },
  Math.max(120_000, sessions * 100),
)

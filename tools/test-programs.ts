// Vitest's global setup: provides the external programs that tests run (see providePrograms). To
// use another one in a test, add it here.
import { helm } from './programs/helm.ts'
import { kubectl } from './programs/kubectl.ts'
import { postgres } from './programs/postgres.ts'
import { promtool } from './programs/promtool.ts'
import { providePrograms } from './programs/provide-programs.ts'
import { redis } from './programs/redis.ts'

export default (): Promise<() => void> =>
  providePrograms([kubectl, helm, redis, postgres, promtool])

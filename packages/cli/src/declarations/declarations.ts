import { apiserver } from './apiserver.ts'
import { audit } from './audit.ts'
import { completion } from './completion.ts'
import { cache } from './cache.ts'
import { conversations } from './conversations.ts'
import { convert } from './convert.ts'
import { crds } from './crds.ts'
import type { CommandDeclaration } from './declaration.ts'
import { diff } from './diff.ts'
import { doctor } from './doctor.ts'
import { envtest } from './envtest.ts'
import { explainRoute } from './explain-route.ts'
import { gateway } from './gateway.ts'
import { help } from './help.ts'
import { key } from './key.ts'
import { logs } from './logs.ts'
import { manifests } from './manifests.ts'
import { operator } from './operator.ts'
import { prompt } from './prompt.ts'
import { status } from './status.ts'
import { up } from './up.ts'
import { usage } from './usage.ts'
import { validate } from './validate.ts'
import { version } from './version.ts'

/** All commands, in the order of help. */
export const declarations: readonly CommandDeclaration[] = [
  up,
  operator,
  gateway,
  apiserver,
  status,
  doctor,
  explainRoute,
  audit,
  logs,
  usage,
  prompt,
  cache,
  conversations,
  key,
  validate,
  diff,
  convert,
  envtest,
  crds,
  manifests,
  completion,
  version,
  help,
]

/** The command of a name; undefined if there is none. */
export function declarationOf(name: string): CommandDeclaration | undefined {
  return declarations.find((each) => each.name === name)
}

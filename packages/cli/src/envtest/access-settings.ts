import type { ApiServerOptions } from '@fairlead/apiserver'
import { UsageError } from '../usage-error.ts'
import { fileContent } from '../file-content.ts'
import type { GivenFlags } from './go-flags.ts'
import { parseTokenFile } from '../token-auth-file.ts'

type AccessSettings = Pick<
  ApiServerOptions,
  'authorization' | 'anonymous' | 'staticTokens' | 'serviceAccounts'
>

const modes = ['AlwaysAllow', 'RBAC', 'Node']

/**
 * Who is who, and who may do what, as kube-apiserver's flags say.
 * @throws UsageError for what kube-apiserver would not start with, or is not served here
 */
export function accessSettings(flags: GivenFlags): AccessSettings {
  const authorization = authorizationOf(flags.list('authorization-mode'))
  const tokens = flags.text('token-auth-file')
  return {
    authorization,
    // kube-apiserver has it so: whoever may do everything must at least be known.
    anonymous: authorization !== 'AlwaysAllow' && (flags.boolean('anonymous-auth') ?? true),
    ...(tokens === undefined
      ? {}
      : {
          staticTokens: parseTokenFile('token-auth-file', fileContent('token-auth-file', tokens)),
        }),
    serviceAccounts: serviceAccountsOf(flags),
  }
}

/** Each mode can only allow more than the others do. */
function authorizationOf(given: readonly string[]): 'RBAC' | 'AlwaysAllow' {
  const unknown = given.find((mode) => !modes.includes(mode))
  if (unknown !== undefined) {
    throw new UsageError(
      `--authorization-mode: "${unknown}" is not served: expected ${modes.join(', ')}`,
    )
  }
  if (given.length === 0 || given.includes('AlwaysAllow')) return 'AlwaysAllow'
  if (given.includes('RBAC')) return 'RBAC'
  throw new UsageError('--authorization-mode: Node is served beside RBAC alone')
}

function serviceAccountsOf(flags: GivenFlags): NonNullable<AccessSettings['serviceAccounts']> {
  const [issuer, ...further] = flags.list('service-account-issuer')
  if (further.length > 0) throw new UsageError('--service-account-issuer: one issuer is served')
  const audiences = flags.list('api-audiences')
  const signing = flags.text('service-account-signing-key-file')
  const verificationKeys = flags
    .list('service-account-key-file')
    .flatMap((path) => pemBlocks(fileContent('service-account-key-file', path)))
  return {
    ...(issuer === undefined ? {} : { issuer }),
    ...(audiences.length === 0 ? {} : { audiences }),
    ...(signing === undefined
      ? {}
      : { signingKey: fileContent('service-account-signing-key-file', signing) }),
    ...(verificationKeys.length === 0 ? {} : { verificationKeys }),
  }
}

/** A file of keys may have several. */
function pemBlocks(text: string): readonly string[] {
  return text.split(/(?=-----BEGIN )/).filter((block) => block.startsWith('-----BEGIN '))
}

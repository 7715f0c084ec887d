import { randomBytes } from 'node:crypto'

import type { Clock } from '@fairlead/base'
import type { CredentialFiles } from '@fairlead/pki'

import type { AdmissionPlugin } from './admission/admission-plugin.ts'
import { certificateRequests } from './admission/certificate-requests.ts'
import { roleEscalation } from './admission/role-escalation.ts'
import { alwaysAllow, type Authorizer, mastersOr } from './auth/authorizer.ts'
import { earlierServiceAccountTokens } from './auth/earlier-service-account-token.ts'
import { RbacAuthorizer } from './auth/rbac/rbac-authorizer.ts'
import { RoleIndex } from './auth/rbac/role-index.ts'
import { ServiceAccountTokens } from './auth/service-account-token.ts'
import { StaticTokens } from './auth/static-tokens.ts'
import { anyOf, type TokenAuthenticator } from './auth/token-authenticator.ts'
import { type GivenTokenKeys, TokenKeys } from './auth/token-keys.ts'
import { mastersGroup, type User } from './auth/user.ts'
import type { Storage } from './storage/storage.ts'

/** Who is who, and who may do what. */
export interface AccessControlOptions {
  /**
   * Who may do what. `RBAC`, the default: what roles and bindings say; members of `system:masters`
   * may do everything. `AlwaysAllow`: everybody may do everything, also without credentials.
   */
  readonly authorization?: 'RBAC' | 'AlwaysAllow'
  /** Whether requests without credentials are those of `system:anonymous`, not 401. Default: true. */
  readonly anonymous?: boolean
  /** Bearer tokens of users, as in kube-apiserver's `--token-auth-file`. Defaults to none. */
  readonly staticTokens?: readonly { readonly token: string; readonly user: User }[]
  /** Tokens of service accounts. */
  readonly serviceAccounts?: ServiceAccountOptions
}

/** How tokens of service accounts are issued and known. */
interface ServiceAccountOptions extends GivenTokenKeys {
  /** The URL that tokens name as their issuer. Defaults to `https://kubernetes.default.svc`. */
  readonly issuer?: string
  /** Which tokens are for this API. Defaults to the issuer. */
  readonly audiences?: readonly string[]
}

/** What the server needs to know users and to decide. */
export interface AccessControl {
  readonly authorizer: Authorizer
  /** Note who asks for certificates, and keep users from giving themselves more than they have. */
  readonly plugins: readonly AdmissionPlugin[]
  readonly accounts: ServiceAccountTokens
  /** All tokens that this server takes. */
  readonly tokens: TokenAuthenticator
  /** Makes a token for a user, valid until the server stops. */
  addToken(user: User): string
  stop(): void
}

/** @throws when a given key is none */
export function openAccessControl(
  options: AccessControlOptions,
  { files, storage, clock }: { files: CredentialFiles; storage: Storage; clock: Clock },
  adminToken: string,
): AccessControl {
  const now = (): number => clock.now()
  const { issuer = 'https://kubernetes.default.svc', audiences = [issuer] } =
    options.serviceAccounts ?? {}
  const keys = new TokenKeys(files, options.serviceAccounts)
  const accounts = new ServiceAccountTokens({ keys, issuer, audiences }, storage, now)
  const fixed = new StaticTokens(audiences)
  fixed.add(adminToken, { name: 'admin', groups: [mastersGroup] })
  for (const { token, user } of options.staticTokens ?? []) fixed.add(token, user)
  const earlier = earlierServiceAccountTokens(files, storage, now)
  return {
    ...openAuthorization(options, storage),
    accounts,
    tokens: anyOf([fixed, accounts, ...(earlier === undefined ? [] : [earlier])]),
    addToken(user) {
      const token = randomBytes(32).toString('hex')
      fixed.add(token, user)
      return token
    },
  }
}

function openAuthorization(
  { authorization = 'RBAC' }: AccessControlOptions,
  storage: Storage,
): Pick<AccessControl, 'authorizer' | 'plugins' | 'stop'> {
  if (authorization === 'AlwaysAllow') {
    return {
      authorizer: alwaysAllow,
      plugins: certificateRequests(alwaysAllow),
      stop: () => {},
    }
  }
  const roles = new RoleIndex(storage)
  const authorizer = mastersOr(new RbacAuthorizer(roles))
  return {
    authorizer,
    plugins: [...certificateRequests(authorizer), roleEscalation(authorizer, roles)],
    stop: () => roles.stop(),
  }
}

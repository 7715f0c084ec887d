import type { LLMGateway } from '@fairlead/api'
import type { AuthenticationSettings, TokenIssuerSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { frozenCopy } from '../../values/freeze.ts'

type AuthSpec = LLMGateway['spec']['auth']
type IssuerSpec = NonNullable<AuthSpec['jwt']>[number]

const clockSkewMsMax = 600_000

/** An issuer whose Secret may not be referred to is left out: its tokens are refused. */
export function compileAuthentication(
  { auth, listeners }: Pick<LLMGateway['spec'], 'auth' | 'listeners'>,
  findings: Findings,
): AuthenticationSettings {
  const { clientCertificates, jwt = [], methods, serviceAccounts } = auth
  const has = (method: AuthSpec['methods'][number]) => methods.includes(method)
  const asksForCertificates = (listeners[0]?.tls?.clientCertificates ?? 'None') !== 'None'
  if (has('ClientCertificate') && !asksForCertificates) {
    findings.reject(
      'spec.auth.methods: ClientCertificate needs a listener that asks for certificates; set spec.listeners[0].tls.clientCertificates to Optional or Required',
    )
  }
  return {
    methods: frozenCopy(methods),
    issuers: jwt.flatMap(
      (issuer, index) => compileIssuer(issuer, `spec.auth.jwt[${index}]`, findings) ?? [],
    ),
    serviceAccounts: has('ServiceAccount')
      ? {
          audiences: frozenCopy(serviceAccounts?.audiences ?? []),
          consumers: serviceAccounts?.consumers ?? 'Match',
        }
      : undefined,
    clientCertificates: has('ClientCertificate')
      ? {
          consumer: clientCertificates?.consumer ?? 'CommonName',
          consumers: clientCertificates?.consumers ?? 'Match',
        }
      : undefined,
  }
}

function compileIssuer(
  spec: IssuerSpec,
  path: string,
  findings: Findings,
): TokenIssuerSettings | undefined {
  const { name, issuer, audiences, claims, consumers, requiredClaims, algorithms } = spec
  const clockSkewMs = findings.duration(spec.clockSkew, `${path}.clockSkew`)
  if (clockSkewMs > clockSkewMsMax) {
    findings.reject(`${path}.clockSkew: may be 10m at most; a greater one keeps expired tokens`)
  }
  const keys = compileKeys(spec, path, findings)
  return (
    keys && {
      name,
      issuer,
      audiences: frozenCopy(audiences),
      keys,
      claims: { consumer: claims.consumer, groups: claims.groups, endUser: claims.endUser },
      consumers,
      requiredClaims: frozenCopy(requiredClaims),
      clockSkewMs,
      algorithms: frozenCopy(algorithms),
    }
  )
}

function compileKeys(
  { issuer, keys }: IssuerSpec,
  path: string,
  findings: Findings,
): TokenIssuerSettings['keys'] | undefined {
  if (keys.secretRef !== undefined) {
    const secret = findings.secret(keys.secretRef, `${path}.keys.secretRef`)
    return secret && { from: 'Secret', secret }
  }
  const isURL = keys.jwksURL !== undefined
  const url = keys.jwksURL ?? issuer
  if (!URL.canParse(url)) {
    findings.reject(`${path}.${isURL ? 'keys.jwksURL' : 'issuer'}: is not a URL`)
    return undefined
  }
  return isURL ? { from: 'URL', url } : { from: 'Discovery' }
}

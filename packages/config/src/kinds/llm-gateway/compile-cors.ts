import type { LLMGateway } from '@fairlead/api'
import type { CorsSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/** `spec.cors`. An origin that no browser would send rejects the gateway. */
export function compileCors({ spec }: LLMGateway, findings: Findings): CorsSettings | undefined {
  const { cors } = spec
  if (cors === undefined) return undefined
  for (const [index, origin] of cors.allowOrigins.entries()) {
    if (!isOrigin(origin)) {
      findings.reject(
        `spec.cors.allowOrigins[${index}]: ${JSON.stringify(origin)} is not an origin as browsers write it, such as https://chat.example.com, with a port only if it is not the usual one`,
      )
    }
  }
  return {
    allowOrigins: cors.allowOrigins,
    allowHeaders: cors.allowHeaders.map((name) => name.toLowerCase()),
    exposeHeaders: cors.exposeHeaders.map((name) => name.toLowerCase()),
    maxAgeSeconds: Math.floor(findings.duration(cors.maxAge, 'spec.cors.maxAge') / 1000),
    allowCredentials: cors.allowCredentials,
  }
}

function isOrigin(text: string): boolean {
  if (text === '*') return true
  const exact = text.replace('://*.', '://any.')
  const url = exact.includes('*') ? null : URL.parse(exact)
  if (url === null) return false
  // Of schemes that a URL knows nothing of, such as those of browser extensions, it has no origin.
  return url.origin === 'null' ? url.href.replace(/\/$/, '') === exact : url.origin === exact
}

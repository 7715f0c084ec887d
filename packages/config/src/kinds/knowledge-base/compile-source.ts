import type { KnowledgeBaseSpec } from '@fairlead/api'
import type { KnowledgeSourceSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { frozenCopy } from '../../values/freeze.ts'

type SourceSpec = KnowledgeBaseSpec['sources'][number]

/** A source of documents; undefined for one whose reference may not be used. */
export function compileSource(
  { configMapRef, http, name, postgres }: SourceSpec,
  path: string,
  findings: Findings,
): KnowledgeSourceSettings | undefined {
  if (http !== undefined) {
    http.urls.forEach((url, place) => {
      if (!URL.canParse(url)) findings.reject(`${path}.http.urls[${place}]: it is no address`)
      else if (new URL(url).username !== '' || new URL(url).password !== '') {
        findings.reject(`${path}.http.urls[${place}]: it must not have a user or password`)
      }
    })
    const refreshMs = findings.durationWithin(http.refresh, `${path}.http.refresh`, ['1m', '744h'])
    return { type: 'HTTP', name, urls: frozenCopy(http.urls), refreshMs }
  }
  if (postgres !== undefined) {
    const url = findings.secret(postgres.urlSecretRef, `${path}.postgres.urlSecretRef`)
    const refreshMs = findings.durationWithin(postgres.refresh, `${path}.postgres.refresh`, [
      '10s',
      '744h',
    ])
    return url && { type: 'Postgres', name, url, query: postgres.query, refreshMs }
  }
  if (configMapRef === undefined) {
    findings.reject(`${path}: exactly one of http, configMapRef and postgres must be given`)
    return undefined
  }
  const kind = { group: '', kind: 'ConfigMap' }
  const configMap = findings.backend(kind, configMapRef, `${path}.configMapRef`)
  return configMap && { type: 'ConfigMap', name, configMap }
}

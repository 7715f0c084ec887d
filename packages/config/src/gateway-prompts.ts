import type { PromptTemplate } from '@fairlead/api'
import { settleClaims } from './claims.ts'
import type { UnexposedPrompt } from './compile-prompt.ts'
import type { Judged } from './findings.ts'
import { frozenMap } from './frozen-map.ts'
import { describeWinner } from './precedence.ts'
import type { PromptTemplateSettings } from '@fairlead/snapshot'

export type JudgedPrompt = Judged<PromptTemplate, UnexposedPrompt>

/** First segments of the paths that every gateway serves itself. */
const ownSegments: readonly string[] = ['v1', 'v1beta', 'prompts', 'mcp']

export interface GatewayPrompts {
  readonly prompts: ReadonlyMap<string, PromptTemplateSettings>
  /** Why a template, by its key, did not get the path that it asks for. */
  readonly conflicts: ReadonlyMap<string, string>
}

/** Gives each path to one template; the others are served without theirs. */
export function grantPaths(templates: readonly JudgedPrompt[]): GatewayPrompts {
  const conflicts = new Map<string, string>()
  const claims = templates.flatMap(({ resource, key }) => {
    const path = requestedPath(resource)
    if (path === undefined) return []
    if (!ownSegments.includes(path.split('/')[1] ?? '')) return [{ resource, key, subject: path }]
    conflicts.set(key, `the gateway itself serves paths below /${path.split('/')[1]}`)
    return []
  })
  for (const { key, subject, resource, winner } of settleClaims(claims)) {
    conflicts.set(key, `${subject} belongs to ${describeWinner(winner, resource)}`)
  }
  const prompts = frozenMap(
    templates.flatMap(({ resource, key, settings }) => {
      if (!settings) return []
      const path = conflicts.has(key) ? undefined : requestedPath(resource)
      return [[key, { ...settings, path }] as const]
    }),
  )
  return { prompts, conflicts }
}

/** The extra path that a template asks for, without a trailing slash. */
export function requestedPath(template: PromptTemplate): string | undefined {
  return template.spec.expose?.path?.replace(/\/+$/, '') || undefined
}

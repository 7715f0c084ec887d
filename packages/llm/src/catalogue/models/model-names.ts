/** The regions of Bedrock's inference profiles: `us.anthropic.claude-…`. */
const regionPrefix = /^(?:us|us-gov|eu|apac|au|ca|jp|sa|global)\./

/** The maker's name before a model of Bedrock: `anthropic.claude-…`, never a version. */
const makerPrefix = /^[a-z][a-z0-9]*\.(?=[a-z])/

/** A snapshot's date or version: `-20250929`, `@20250929`, `-2024-08-06`, `-v1:0`, `-latest`. */
const versionSuffix = /(?:[-@](?:20\d{6}|20\d\d-\d\d-\d\d|latest|default)|-v\d+(?::\d+)?|:\d+)$/

/**
 * The names under which a model may be known, the most exact first: as asked for, without the path
 * before it (`publishers/anthropic/models/…`, an ARN, `vendor/…`), without the variant after it
 * (`:free`), without region and maker, and without date and version.
 */
export function modelNames(model: string): readonly string[] {
  const name = model.toLowerCase()
  const bare = bareName(name)
  return [...new Set([name, pathless(name), bare, undated(bare)])]
}

/** A model's name without path, variant, region and maker, in lower case. */
export function bareName(model: string): string {
  const name = pathless(model.toLowerCase())
  const variant = name.search(/:(?!\d+$)/)
  const plain = variant > 0 ? name.slice(0, variant) : name
  return plain.replace(regionPrefix, '').replace(makerPrefix, '')
}

/**
 * Whether two names stand for one model, wherever it is served: under whatever path, region and maker.
 * A tag, such as `:8b`, tells models apart, unless it is `:latest`; so does all of `ft:…`.
 */
export function isSameModel(one: string, other: string): boolean {
  return taggedName(one) === taggedName(other)
}

function taggedName(model: string): string {
  const name = model.toLowerCase()
  if (isFineTuned(name)) return name
  return pathless(name)
    .replace(/:latest$/, '')
    .replace(regionPrefix, '')
    .replace(makerPrefix, '')
}

/** A bare name without what stands for a snapshot of the model: a date, then a version. */
export function undated(bare: string): string {
  return bare.replace(versionSuffix, '').replace(versionSuffix, '')
}

/** Of a fine-tuned model, `ft:gpt-4o:org::id`, the model that it was made from. */
function pathless(name: string): string {
  const base = name.startsWith('ft:') ? (name.split(':')[1] ?? name) : name
  return base.slice(base.lastIndexOf('/') + 1)
}

/** Whether the name is that of a model which its user has trained, and which costs otherwise. */
export function isFineTuned(model: string): boolean {
  return /^ft:/i.test(model)
}

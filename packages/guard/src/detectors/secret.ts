import { assignedSecret } from './assigned-secret.ts'
import { expressionProbe, openByCharacters, type Probe, type Span } from '../probe.ts'

const reach = 4096 + 64

/** Keys and tokens by the forms that their makers document. */
const forms: readonly string[] = [
  // Amazon Web Services: access key ids.
  '(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}',
  // GitHub, GitLab.
  'gh[pousr]_[A-Za-z0-9]{36,255}',
  'github_pat_[A-Za-z0-9_]{22,255}',
  'gl(?:pat|dt|rt|cbt|ptt|soat)-[\\w-]{20,64}',
  // Slack.
  'xox[abeoprs]-[A-Za-z0-9-]{10,250}',
  'xapp-\\d-[A-Za-z0-9-]{10,250}',
  // Stripe.
  '(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,128}',
  // Anthropic, OpenAI and others that write them alike.
  'sk-[A-Za-z0-9_-]{20,256}',
  // Google.
  'AIza[\\w-]{35}',
  'ya29\\.[\\w-]{20,512}',
  // npm, PyPI, Hugging Face.
  'npm_[A-Za-z0-9]{36}',
  'pypi-[\\w-]{50,256}',
  'hf_[A-Za-z]{30,64}',
  // Groq, xAI, Replicate, Perplexity, Fireworks, Langfuse.
  'gsk_[A-Za-z0-9]{40,64}',
  'xai-[A-Za-z0-9]{40,128}',
  'r8_[A-Za-z0-9]{30,64}',
  'pplx-[A-Za-z0-9]{32,64}',
  'fw_[A-Za-z0-9]{20,64}',
  '(?:sk|pk)-lf-[0-9a-f-]{36}',
  // SendGrid, Mailgun, Mailchimp, Twilio.
  'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}',
  'key-[0-9a-f]{32}',
  '[0-9a-f]{32}-us\\d{1,2}',
  '(?:SK|AC)[0-9a-f]{32}',
  // DigitalOcean, Databricks, Shopify, Square, Fly.io, Heroku.
  'do[opr]_v1_[0-9a-f]{64}',
  'dapi[0-9a-f]{32}(?:-\\d)?',
  'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}',
  'sq0(?:atp|csp)-[\\w-]{22,64}',
  'EAAA[\\w-]{60}',
  'fo1_[\\w-]{43}',
  'HRKU-[\\w-]{36,64}',
  // HashiCorp Vault and Terraform, Docker, Grafana, Sentry, Doppler, PlanetScale, Pulumi.
  'hv[bsr]\\.[\\w-]{24,256}',
  '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,70}',
  'dckr_(?:pat|oat)_[\\w-]{27,64}',
  'gl(?:sa|c)_[\\w+/=]{32,256}',
  'sntry[su]_[\\w+/=]{40,256}',
  'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{40,64}',
  'pscale_(?:tkn|pw|oauth)_[\\w.-]{32,64}',
  'pul-[0-9a-f]{40}',
  // Atlassian, Linear, Notion, Airtable, Figma, Postman, New Relic.
  'ATATT3[\\w=-]{100,256}',
  'lin_(?:api|oauth)_[A-Za-z0-9]{32,64}',
  'ntn_[A-Za-z0-9]{40,64}',
  'secret_[A-Za-z0-9]{43}',
  'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}',
  'figd_[\\w-]{38,64}',
  'PMAK-[0-9a-f]{24}-[0-9a-f]{34}',
  'NRAK-[A-Z0-9]{27}',
  // Telegram, RubyGems, crates.io, age.
  '\\d{8,10}:AA[\\w-]{33}',
  'rubygems_[0-9a-f]{48}',
  'cio[A-Za-z0-9]{32}',
  'AGE-SECRET-KEY-1[0-9A-Z]{58}',
  // JSON Web Tokens, RFC 7519.
  'eyJ[\\w-]{10,2048}\\.eyJ[\\w-]{2,4096}(?:\\.[\\w-]{0,1024})?',
]

const tokens = expressionProbe(
  'Secret',
  new RegExp(`(?<![\\w-])(?:${forms.join('|')})(?![\\w-])`, 'g'),
  { reach, openFrom: openByCharacters(/[\w.:+/=-]/, reach), isOne: ({ length }) => length <= 4096 },
)

/** The password of an address, RFC 3986, section 3.2.1. */
const addresses = expressionProbe(
  'Secret',
  /(?<![\w+.-])[a-z][a-z0-9+.-]{1,16}:\/\/[^\s:/@"'<>]{0,128}:[^\s/@"'<>]{1,256}@/gi,
  { reach: 512, openFrom: openByCharacters(/[^\s"'<>]/, 512) },
)

const begin = /-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
const end = /-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
const beginning = '-----BEGIN '
const blockMax = 8192

/** Private keys in the form of RFC 7468; one without an end is found as far as it may reach. */
const blocks: Probe = {
  detector: 'Secret',
  reach: blockMax,
  next(text, from) {
    const start = placeOf(begin, text, from)
    if (start === undefined) return undefined
    const last = placeOf(end, text, start.end)
    const most = Math.min(text.length, start.start + blockMax)
    return { start: start.start, end: last !== undefined && last.end <= most ? last.end : most }
  },
  openFrom(text, from) {
    const first = Math.max(from, text.length - blockMax)
    let start = placeOf(begin, text, first)
    while (start !== undefined) {
      const last = placeOf(end, text, start.end)
      if (last === undefined) return start.start
      start = placeOf(begin, text, last.end)
    }
    return partialFrom(text, first)
  },
}

function placeOf(line: RegExp, text: string, from: number): Span | undefined {
  const lines = new RegExp(line, 'g')
  lines.lastIndex = from
  const match = lines.exec(text)
  return match === null ? undefined : { start: match.index, end: lines.lastIndex }
}

/** Where the beginning of a block has begun at the end of a text. */
function partialFrom(text: string, from: number): number {
  // As long as a first line can be.
  const first = Math.max(from, text.length - 80)
  const at = text.lastIndexOf(beginning)
  if (at >= first && !text.slice(at + beginning.length).includes('\n')) return at
  for (let length = Math.min(beginning.length - 1, text.length - from); length > 0; length -= 1) {
    if (text.endsWith(beginning.slice(0, length))) return text.length - length
  }
  return text.length
}

export const secrets: readonly Probe[] = [tokens, addresses, blocks, assignedSecret]

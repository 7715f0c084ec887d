import { METHODS } from 'node:http'
import { type ClientOutcome, readByFairlead, readByNode } from './client-differential.ts'
import { cutBytes } from './cut-bytes.ts'
import { requestBytes } from './request-bytes.ts'
import { responseBytes } from './response-bytes.ts'
import { SeededRandom } from '@fairlead/base/testing'
import { NodeServer, serveByFairlead, type ServerOutcome } from './server-differential.ts'
import { stricterRequestRule, stricterResponseRule } from './stricter-rules.ts'

/** A case in which the two disagree, with all that is needed to run it again. */
interface Disagreement {
  readonly seed: number
  readonly bytes: string
  readonly pieces: readonly number[]
  readonly what: string
  readonly fairlead: unknown
  readonly node: unknown
}

interface FuzzResult {
  readonly cases: number
  /** Messages that both read, and read in the same way. */
  agreed: number
  /** Cases in which both refused the same message. */
  bothRefused: number
  /** Cases in which only we refused, for each stated reason. */
  readonly stricter: Map<string, number>
  readonly disagreements: Disagreement[]
}

/** So many cases are under way at once: most of their time is turns of the event loop. */
const parallel = 200
/** With so many the cause is known. */
const disagreementsMax = 20

/** Cases `seed`, `seed` + 1, … of requests, by our server and Node's. */
export async function fuzzRequests(seed: number, cases: number): Promise<FuzzResult> {
  const node = new NodeServer()
  const outcome = await fuzz(seed, cases, async (random, result, caseSeed) => {
    const bytes = requestBytes(random)
    const pieces = cutBytes(random, bytes)
    const [ours, theirs] = await Promise.all([serveByFairlead(pieces), node.serve(pieces)])
    const what = compareRequests(ours, theirs, bytes.toString('latin1'), result)
    if (what !== undefined) report(result, caseSeed, pieces, what, ours, theirs)
  })
  node.close()
  return outcome
}

/** Cases `seed`, `seed` + 1, … of responses, by our client and Node's. */
export function fuzzResponses(seed: number, cases: number): Promise<FuzzResult> {
  return fuzz(seed, cases, async (random, result, caseSeed) => {
    const method = random.chance(0.1) ? 'HEAD' : 'GET'
    const bytes = responseBytes(random)
    const pieces = cutBytes(random, bytes)
    const [ours, theirs] = await Promise.all([
      readByFairlead(method, pieces),
      readByNode(method, pieces),
    ])
    const what = compareResponses(ours, theirs, bytes.toString('latin1'), result)
    if (what !== undefined) report(result, caseSeed, pieces, what, ours, theirs)
  })
}

type RunCase = (random: SeededRandom, result: FuzzResult, caseSeed: number) => Promise<void>

async function fuzz(seed: number, cases: number, run: RunCase): Promise<FuzzResult> {
  const result: FuzzResult = {
    cases,
    agreed: 0,
    bothRefused: 0,
    stricter: new Map(),
    disagreements: [],
  }
  for (let done = 0; done < cases; done += parallel) {
    const batch = Array.from({ length: Math.min(parallel, cases - done) }, (_, index) => {
      const caseSeed = seed + done + index
      return run(new SeededRandom(caseSeed), result, caseSeed)
    })
    await Promise.all(batch)
    if (result.disagreements.length >= disagreementsMax) break
  }
  return result
}

/** What is wrong, if something is. Counts what is not. */
function compareRequests(
  ours: ServerOutcome,
  theirs: ServerOutcome,
  bytes: string,
  result: FuzzResult,
): string | undefined {
  for (const [index, seen] of ours.requests.entries()) {
    // Which methods there are is for the handler to say; Node.js has a list.
    if (!METHODS.includes(seen.method)) return undefined
    const other = theirs.requests[index]
    // At the preface of HTTP/2, Node.js forgets what it has read in the same piece.
    if (other === undefined && bytes.includes('PRI ')) return undefined
    if (other === undefined) return `request ${index} is read by Fairlead only`
    if (!isSame(seen, other)) return `request ${index} is read in two ways`
    result.agreed += 1
  }
  if (theirs.requests.length === ours.requests.length) {
    if (ours.refusal !== undefined || theirs.refusal !== undefined) result.bothRefused += 1
    return undefined
  }
  const rule = ours.refusal === undefined ? undefined : stricterRequestRule(ours.refusal, bytes)
  if (rule === undefined) return `request ${ours.requests.length} is read by Node.js only`
  count(result, rule)
  return undefined
}

function compareResponses(
  ours: ClientOutcome,
  theirs: ClientOutcome,
  bytes: string,
  result: FuzzResult,
): string | undefined {
  if (ours.refusal === undefined && theirs.refusal === undefined) {
    const { status, fields, body } = ours
    const other = { status: theirs.status, fields: theirs.fields, body: theirs.body }
    if (!isSame({ status, fields, body }, other)) return 'the response is read in two ways'
    result.agreed += 1
    return undefined
  }
  if (ours.refusal !== undefined && theirs.refusal !== undefined) {
    result.bothRefused += 1
    return undefined
  }
  if (ours.refusal === undefined) {
    // A response that is complete is handed on; what follows closes the connection, in both.
    if (ours.hadMore) return undefined
    return 'the response is read by Fairlead only'
  }
  const rule = stricterResponseRule(ours.refusal, bytes)
  if (rule === undefined) return 'the response is read by Node.js only'
  count(result, rule)
  return undefined
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: object): unknown {
  return Object.entries(value)
    .map(([name, one]: [string, unknown]) => [
      name,
      typeof one === 'object' && one !== null ? sorted(one) : one,
    ])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

function count(result: FuzzResult, rule: string): void {
  result.stricter.set(rule, (result.stricter.get(rule) ?? 0) + 1)
}

function report(
  result: FuzzResult,
  seed: number,
  pieces: readonly Buffer[],
  what: string,
  fairlead: unknown,
  node: unknown,
): void {
  result.disagreements.push({
    seed,
    bytes: Buffer.concat(pieces).toString('latin1'),
    pieces: pieces.map(({ length }) => length),
    what,
    fairlead,
    node,
  })
}

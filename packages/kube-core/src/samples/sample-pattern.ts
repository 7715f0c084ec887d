import type { Draw } from './draw.ts'
import type { PatternNode } from './pattern-syntax.ts'

/** A text that a pattern matches. @param extra how often parts are repeated beyond what they must */
export function samplePattern(node: PatternNode, draw: Draw, extra: number): string {
  switch (node.one) {
    case 'of':
      return node.characters.length === 0 ? '' : draw.pick(node.characters)
    case 'sequence':
      return node.parts.map((part) => samplePattern(part, draw, extra)).join('')
    case 'choice':
      return samplePattern(draw.pick(node.branches), draw, extra)
    case 'repeat': {
      const most = Math.min(node.most, node.least + extra)
      const count = draw.between(node.least, most)
      return Array.from({ length: count }, () => samplePattern(node.part, draw, extra)).join('')
    }
  }
}

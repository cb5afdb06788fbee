import { Component, memo, type PropsWithChildren, type ReactNode } from "react";
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import remarkGfm from "remark-gfm";
import { piecesOf } from "./mentions";

/** Beyond that a text is shown as it is: what is written to slow down readers has no say. */
const MAX_MARKDOWN_CHARACTERS = 12_000;
const ALLOWED_LINK = /^(?:https?:\/\/|mailto:|#\/channels\/)/i;

/** A link's address if it leads somewhere harmless, else nothing. */
export function safeLink(url: string): string | undefined {
  return ALLOWED_LINK.test(url) ? url : undefined;
}

interface Node {
  readonly type: string;
  value?: string;
  children?: Node[];
  data?: { hName: string; hProperties: Record<string, string>; hChildren: Node[] };
}

/** Turns `@handle` in plain text, never in code or links, into an element of its own. */
function remarkMentions() {
  const visit = (node: Node): void => {
    node.children = node.children?.flatMap((child): Node[] => {
      if (child.type !== "text" || child.value === undefined) {
        if (child.type !== "link" && child.type !== "linkReference") {
          visit(child);
        }
        return [child];
      }
      const pieces = piecesOf(child.value);
      return pieces.map(({ text, userId }) =>
        userId === null
          ? { type: "text", value: text }
          : {
              type: "mention",
              data: {
                hName: "mark",
                hProperties: { "data-user": userId },
                hChildren: [{ type: "text", value: text }],
              },
            },
      );
    }) as Node[];
  };
  return (tree: unknown) => visit(tree as Node);
}

const components: Components = {
  a: ({ href, children }) =>
    href === undefined || href === "" ? (
      <span>{children}</span>
    ) : href.startsWith("#") ? (
      <a href={href}>{children}</a>
    ) : (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ),
  // Fetching a picture tells its owner who reads when.
  img: ({ alt, src }) => {
    const link = typeof src === "string" ? safeLink(src) : undefined;
    const name = alt === undefined || alt === "" ? (link ?? "") : alt;
    return link === undefined ? (
      <span>{name}</span>
    ) : (
      <a href={link} target="_blank" rel="noopener noreferrer nofollow">
        {name}
      </a>
    );
  },
  // A message's headings are no headings of the page.
  h1: ({ children }) => <p className="chat-heading">{children}</p>,
  h2: ({ children }) => <p className="chat-heading">{children}</p>,
  h3: ({ children }) => <p className="chat-heading">{children}</p>,
  h4: ({ children }) => <p className="chat-heading">{children}</p>,
  h5: ({ children }) => <p className="chat-heading">{children}</p>,
  h6: ({ children }) => <p className="chat-heading">{children}</p>,
  table: ({ children }) => (
    <div className="chat-table">
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <span>{checked ? "☑" : "☐"}</span>,
};

const plugins: NonNullable<Options["remarkPlugins"]> = [remarkGfm, remarkMentions];

/** Shows the plain text where markdown fails, for instance by nesting without end. */
class PlainOnFailure extends Component<PropsWithChildren<{ plain: ReactNode }>> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.plain : this.props.children;
  }
}

/**
 * A message's text, with markdown as React elements: no HTML of the sender's, no pictures from
 * elsewhere, no links but to the web, to mail and to channels.
 *
 * @param me whose mentions stand out
 */
export const Markdown = memo(function Markdown({ text, me }: { text: string; me: string }) {
  const plain = <p>{text}</p>;
  if (text.length > MAX_MARKDOWN_CHARACTERS) {
    return plain;
  }
  return (
    <PlainOnFailure plain={plain}>
      <ReactMarkdown
        remarkPlugins={plugins}
        urlTransform={safeLink}
        components={{
          ...components,
          mark: ({ children, ...rest }) => {
            const user = (rest as Record<string, unknown>)["data-user"];
            return (
              <span className={user === me ? "chat-mention chat-mention-me" : "chat-mention"}>
                {children}
              </span>
            );
          },
        }}
      >
        {text}
      </ReactMarkdown>
    </PlainOnFailure>
  );
});

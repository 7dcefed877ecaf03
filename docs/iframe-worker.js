/* A page that is opened as a file may start no worker, and without a worker the theme offers no search.
   So there the worker runs in a hidden frame; the theme looks for it by this name. */
class IFrameWorker extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.appendChild(frame);
    const { contentWindow: inside, contentDocument: page } = frame;
    page.open();
    page.write("<html><body></body></html>");
    page.close();
    this.inside = inside;
    inside.postMessage = (data) => {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      this.onmessage?.(event);
    };
    inside.importScripts = (...urls) =>
      urls.reduce((before, each) => before.then(() => this.load(page, each)), Promise.resolve());
    this.ready = this.load(page, url);
  }

  load(page, url) {
    return new Promise((loaded) => {
      const script = page.createElement("script");
      script.src = url;
      script.addEventListener("load", loaded);
      page.body.appendChild(script);
    });
  }

  postMessage(data) {
    this.ready.then(() => this.inside.dispatchEvent(new this.inside.MessageEvent("message", { data })));
  }

  terminate() {
    this.inside.frameElement.remove();
  }
}

if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = IFrameWorker;
}

// Talks to the browser around the frame: commands go out as events, answers come in as messages.
var Bridge = {
    handlers: {},
    send: function (command, extra) {
        var detail = extra || {};
        detail.command = command;
        document.dispatchEvent(new CustomEvent("RemoteHealthReportCommand", { detail: detail }));
    },
    on: function (type, handler) {
        this.handlers[type] = handler;
    },
    listen: function () {
        var handlers = this.handlers;
        window.addEventListener("message", function (event) {
            var message = event.data;
            if (message && handlers.hasOwnProperty(message.type)) {
                handlers[message.type](message.content);
            }
        }, false);
    }
};

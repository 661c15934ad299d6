// What a list of pings comes to. The comprehensions are the browser's own dialect.
let PingData = {
    newestFirst: function (pings) {
        let copies = [for (ping of pings) ping];
        return copies.sort(function (a, b) {
            return b.timestampCreated - a.timestampCreated;
        });
    },
    label: function (ping, months) {
        let date = new Date(ping.timestampCreated);
        let month = months ? months[date.getMonth()] : String(date.getMonth() + 1);
        return date.getDate() + " " + month + " " + ping.type;
    },
    ids: function (pings) {
        return [for (ping of pings) ping.id];
    }
};
